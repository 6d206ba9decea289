import { Worker } from 'node:worker_threads';
import { CodedError } from '@onelock/core/errors';
import type { CaseResult, SuiteName, SuiteReport } from './suite.ts';
import type { FromWorker, WorkerTask } from './worker-messages.ts';

export interface RunLimits {
  /** Longest time for one case. */
  readonly caseTimeoutMs: number;
  /** Most heap for the thread that runs the cases. */
  readonly heapMegabytes: number;
  /** The program of that thread. */
  readonly worker: URL;
}

const sources = import.meta.url.endsWith('.ts');

export const defaultRunLimits: RunLimits = {
  caseTimeoutMs: 20_000,
  heapMegabytes: 1024,
  worker: new URL(sources ? './worker.ts' : './worker.js', import.meta.url),
};

type Round = { readonly results: readonly CaseResult[] } & (
  | { readonly end: 'done' }
  /** The thread ended inside this case. */
  | { readonly end: 'lost'; readonly next: number }
);

/**
 * Runs every case of a file or folder. A case that throws, hangs or exhausts the memory of its thread is a failed case
 * and the run goes on with the next.
 *
 * @throws {CodedError} ERR_CLI_FILE_UNREADABLE, ERR_SUITE_FORMAT
 */
export async function runSuite(
  suite: SuiteName,
  target: string,
  limits: RunLimits = defaultRunLimits,
): Promise<SuiteReport> {
  const cases: CaseResult[] = [];
  for (let from = 0; ; ) {
    const round = await runRound({ suite, target, from }, limits);
    cases.push(...round.results);
    if (round.end === 'done') return { suite, ...count(cases), cases };
    from = round.next;
  }
}

function count(cases: readonly CaseResult[]): Pick<SuiteReport, 'passed' | 'failed' | 'skipped'> {
  const of = (outcome: CaseResult['outcome']): number => cases.filter((result) => result.outcome === outcome).length;
  return { passed: of('passed'), failed: of('failed'), skipped: of('skipped') };
}

function startWorker(task: WorkerTask, limits: RunLimits): Worker {
  return new Worker(limits.worker, {
    workerData: task,
    execArgv: sources ? ['--conditions=onelock-source'] : [],
    resourceLimits: { maxOldGenerationSizeMb: limits.heapMegabytes },
  });
}

function runRound(task: WorkerTask, limits: RunLimits): Promise<Round> {
  return new Promise((resolve, reject) => {
    const worker = startWorker(task, limits);
    const results: CaseResult[] = [];
    let running: { readonly index: number; readonly id: string; readonly expected: string } | undefined;
    let timer: NodeJS.Timeout | undefined;
    let settled = false;

    const settle = (act: () => void): void => {
      if (settled) return;
      settled = true;
      clearTimeout(timer);
      void worker.terminate().then(act, reject);
    };
    const lose = (got: 'crashed' | 'hung', reason: string): void => {
      const lost = running;
      if (settled) return;
      if (lost === undefined) {
        settle(() => reject(new Error(`the thread of the suite ended early: ${reason}`)));
      } else {
        results.push({ id: lost.id, expected: lost.expected, got, outcome: 'failed', reason });
        settle(() => resolve({ results, end: 'lost', next: lost.index + 1 }));
      }
    };

    worker.on('message', (message: FromWorker) => {
      if (settled) return;
      clearTimeout(timer);
      if (message.kind === 'started') {
        running = message;
        timer = setTimeout(() => lose('hung', `no answer within ${limits.caseTimeoutMs} ms`), limits.caseTimeoutMs);
      } else if (message.kind === 'finished') {
        running = undefined;
        results.push(message.result);
      } else if (message.kind === 'done') {
        settle(() => resolve({ results, end: 'done' }));
      } else {
        settle(() => reject(new CodedError(message.code, message.params)));
      }
    });
    worker.on('error', (error) => lose('crashed', String(error)));
    worker.on('exit', (code) => lose('crashed', `the thread ended with ${code}`));
  });
}
