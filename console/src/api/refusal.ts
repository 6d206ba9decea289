import type { CodeParams } from '../words/codes.ts';

/** Why something was not done, as people are told it. */
export interface Failure {
  /** null when the service could not be reached. */
  readonly code: string | null;
  readonly params: CodeParams;
  /** To be quoted when asking for help. */
  readonly requestId: string | null;
  readonly retriable: boolean;
}

export class Refusal extends Error {
  readonly failure: Failure;
  readonly status: number;

  constructor(failure: Failure, status: number) {
    super(failure.code ?? 'unreachable');
    this.failure = failure;
    this.status = status;
  }
}

/** What was thrown, as a failure. @throws what is no refusal: that is a bug of ours */
export function failureOf(error: unknown): Failure {
  if (error instanceof Refusal) return error.failure;
  if (error instanceof Error && 'code' in error && typeof error.code === 'string' && 'params' in error)
    return {
      ...{ code: error.code, params: error.params as CodeParams, retriable: false },
      requestId: 'callId' in error && typeof error.callId === 'string' ? error.callId : null,
    };
  throw error;
}
