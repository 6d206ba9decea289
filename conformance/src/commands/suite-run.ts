import type { Locale } from '@onelock/core/messages';
import { readArguments } from '../input/arguments.ts';
import { usageError } from '../input/usage-error.ts';
import { Printer } from '../output/printer.ts';
import type { ServiceUnderTest } from '../suites/ask-service.ts';
import { isSuiteName } from '../suites/registry.ts';
import { runSuite } from '../suites/run-suite.ts';
import { runSuiteOnService } from '../suites/run-suite-on-service.ts';
import { plannedSuiteNames, type SuiteReport, suiteNames } from '../suites/suite.ts';
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
  for (const [reason, ids] of skippedByReason(report)) {
    const more = ids.length > 3 ? ' …' : '';
    print.line(`- ${print.words.skipped} ${ids.length}: ${reason}  (${ids.slice(0, 3).join(', ')}${more})`);
  }
  print.line(`${report.passed} passed, ${report.failed} failed, ${report.skipped} skipped`);
  return print.text();
}

function skippedByReason(report: SuiteReport): ReadonlyMap<string, readonly string[]> {
  const byReason = new Map<string, string[]>();
  for (const { id, outcome, reason } of report.cases) {
    if (outcome !== 'skipped') continue;
    const ids = byReason.get(reason);
    if (ids === undefined) byReason.set(reason, [id]);
    else ids.push(id);
  }
  return byReason;
}
