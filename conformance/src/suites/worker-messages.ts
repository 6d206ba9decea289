import type { ErrorCode, ErrorParams } from '@onelock/core/errors';
import type { CaseResult, SuiteName } from './suite.ts';

export interface WorkerTask {
  readonly suite: SuiteName;
  readonly target: string;
  /** Index of the first case to run. */
  readonly from: number;
}

export type FromWorker =
  | { readonly kind: 'started'; readonly index: number; readonly id: string; readonly expected: string }
  | { readonly kind: 'finished'; readonly index: number; readonly result: CaseResult }
  /** The file itself cannot be run. */
  | { readonly kind: 'refused'; readonly code: ErrorCode; readonly params: ErrorParams }
  | { readonly kind: 'done' };
