import type { ErrorCode, ErrorParams } from '@onelock/core/errors';
import type { CaseResult, SuiteName } from './suite.ts';

export interface WorkerTask {
  readonly suite: SuiteName;
  readonly target: string;
}

/** What is known of a case before it runs. */
export interface CaseHead {
  readonly id: string;
  readonly expected: string;
}

/** The parent asks for one case at a time, so whatever happens to the thread, it is known in which case. */
export interface ToWorker {
  readonly index: number;
}

export type FromWorker =
  | { readonly kind: 'ready'; readonly cases: readonly CaseHead[] }
  | { readonly kind: 'finished'; readonly result: CaseResult }
  /** The file itself cannot be run. */
  | { readonly kind: 'refused'; readonly code: ErrorCode; readonly params: ErrorParams };
