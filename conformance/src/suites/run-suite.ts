import { CaseThread, type LostCase, type ThreadLimits } from './case-thread.ts';
import type { CaseResult, SuiteName, SuiteReport } from './suite.ts';
import type { CaseHead } from './worker-messages.ts';

export const defaultLimits: ThreadLimits = {
  caseTimeoutMs: 20_000,
  heapMegabytes: 1024,
  program: new URL(import.meta.url.endsWith('.ts') ? './worker.ts' : './worker.js', import.meta.url),
};

/**
 * Runs every case of a file or folder. A case that throws, hangs or exhausts the memory of its thread is a failed case
 * and the run goes on with the next.
 *
 * @throws {CodedError} ERR_CLI_FILE_UNREADABLE, ERR_SUITE_FORMAT
 */
export async function runSuite(
  suite: SuiteName,
  target: string,
  limits: ThreadLimits = defaultLimits,
): Promise<SuiteReport> {
  const task = { suite, target };
  const results: CaseResult[] = [];
  let thread = await CaseThread.start(task, limits);
  try {
    for (const [index, head] of thread.cases.entries()) {
      const outcome = await thread.run(index);
      if ('lost' in outcome) {
        results.push(failedBecauseLost(head, outcome));
        thread = await CaseThread.start(task, limits);
      } else {
        results.push(outcome);
      }
    }
  } finally {
    await thread.end();
  }
  return { suite, ...countOutcomes(results), cases: results };
}

/** Whatever was expected: even a refusal must be an answer. */
function failedBecauseLost({ id, expected }: CaseHead, { lost, reason }: LostCase): CaseResult {
  return { id, expected, got: lost, outcome: 'failed', reason };
}

/** How many cases ended how. */
export function countOutcomes(cases: readonly CaseResult[]): Pick<SuiteReport, 'passed' | 'failed' | 'skipped'> {
  const of = (outcome: CaseResult['outcome']): number => cases.filter((result) => result.outcome === outcome).length;
  return { passed: of('passed'), failed: of('failed'), skipped: of('skipped') };
}
