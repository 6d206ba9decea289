import type { Locale } from '@onelock/core/messages';
import { readArguments } from '../input/arguments.ts';
import { usageError } from '../input/usage-error.ts';
import { Printer } from '../output/printer.ts';
import type { ServiceUnderTest } from '../suites/ask-service.ts';
import { isSuiteName } from '../suites/registry.ts';
import { runSuite } from '../suites/run-suite.ts';
import { runSuiteOnService } from '../suites/run-suite-on-service.ts';
import { type CaseResult, plannedSuiteNames, type SuiteReport, suiteNames } from '../suites/suite.ts';
import { type Command, writeResult } from './command.ts';

/**
 * `suite run SUITE FILE-OR-FOLDER [--service URL]`; the token of a caller that may bring evidence is in
 * ONELOCK_SERVICE_TOKEN. Nothing failed and something passed: 0.
 */
export const suiteRun: Command = async (words, context) => {
  const args = readArguments(words, { one: ['service'] }, 2, context.locale);
  const { positionals } = args;
  const [suite, target] = positionals;
  if (suite === undefined || target === undefined) throw usageError(context.locale, 'suiteMissing');
  if (!isSuiteName(suite)) {
    const planned = (plannedSuiteNames as readonly string[]).includes(suite);
    const allowed = suiteNames.join(', ');
    throw usageError(context.locale, planned ? 'suiteNotYet' : 'suiteUnknown', { value: suite, allowed });
  }
  const url = args.one('service');
  const report =
    url === undefined
      ? await runSuite(suite, target)
      : await runSuiteOnService(suite, target, serviceAt(url, context.locale));
  writeResult(context, report, () => describe(report, new Printer(context.locale)));
  return report.failed === 0 && report.passed > 0 ? 0 : 1;
};

function serviceAt(url: string, locale: Locale): ServiceUnderTest {
  const token = process.env.ONELOCK_SERVICE_TOKEN;
  if (!URL.canParse(url) || token === undefined || token === '')
    throw usageError(locale, 'option', { value: '--service URL + ONELOCK_SERVICE_TOKEN' });
  return { url, token };
}

function describe(report: SuiteReport, print: Printer): string {
  for (const { id, expected, got, reason } of report.cases.filter(({ outcome }) => outcome === 'failed')) {
    print.line(`✘ ${id}  ${expected} ≠ ${got}  ${reason}`);
  }
  for (const [reason, ids] of byReason(report, ({ outcome }) => outcome === 'skipped')) {
    print.line(`- ${print.words.skipped} ${ids.length}: ${reason}  (${someOf(ids)})`);
  }
  for (const choice of ['valid', 'invalid']) {
    const chosen = byReason(report, (each) => isChoice(each) && each.got === choice);
    for (const [reason, ids] of chosen) print.line(`- ${choice} ${ids.length}: ${reason}  (${someOf(ids)})`);
  }
  print.line(`${report.passed} passed, ${report.failed} failed, ${report.skipped} skipped`);
  return print.text();
}

/** A case that a suite leaves to whoever runs it; the report says what was chosen. */
const isChoice = ({ expected, outcome }: CaseResult): boolean => expected === 'acceptable' && outcome === 'passed';

const someOf = (ids: readonly string[]): string => `${ids.slice(0, 3).join(', ')}${ids.length > 3 ? ' …' : ''}`;

function byReason(
  report: SuiteReport,
  wanted: (result: CaseResult) => boolean,
): ReadonlyMap<string, readonly string[]> {
  const found = new Map<string, string[]>();
  for (const { id, reason } of report.cases.filter(wanted)) {
    const ids = found.get(reason);
    if (ids === undefined) found.set(reason, [id]);
    else ids.push(id);
  }
  return found;
}
