import { readArguments } from '../input/arguments.ts';
import { usageError } from '../input/usage-error.ts';
import { Printer } from '../output/printer.ts';
import { isSuiteName } from '../suites/registry.ts';
import { runSuite } from '../suites/run-suite.ts';
import { plannedSuiteNames, type SuiteReport, suiteNames } from '../suites/suite.ts';
import { type Command, writeResult } from './command.ts';

/** `suite run SUITE FILE-OR-FOLDER`. Nothing failed and something passed: 0. */
export const suiteRun: Command = async (words, context) => {
  const { positionals } = readArguments(words, {}, 2, context.locale);
  const [suite, target] = positionals;
  if (suite === undefined || target === undefined) throw usageError(context.locale, 'suiteMissing');
  if (!isSuiteName(suite)) {
    const planned = (plannedSuiteNames as readonly string[]).includes(suite);
    const allowed = suiteNames.join(', ');
    throw usageError(context.locale, planned ? 'suiteNotYet' : 'suiteUnknown', { value: suite, allowed });
  }
  const report = await runSuite(suite, target);
  writeResult(context, report, () => describe(report, new Printer(context.locale)));
  return report.failed === 0 && report.passed > 0 ? 0 : 1;
};

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
