import type { ErrorCode, ErrorParams, NativeError, WhoCanAct } from '@onelock/core/errors';

export type { ErrorCode, ErrorParams, NativeError, WhoCanAct };

/** What a failed call rejects with. Words for it: `describe` of `@onelock/sdk/messages`. */
export class OneLockError extends Error {
  /** Stable; a newer agent may send a code that this version does not know. */
  readonly code: ErrorCode;
  readonly params: ErrorParams;
  /** Names the call in the agent's log; null when it never reached the agent. */
  readonly callId: string | null;
  /** What a vendor's library said, untranslated. */
  readonly native: NativeError | undefined;
  /** true: the same act may succeed later without anything being changed by the page. */
  readonly retriable: boolean;
  readonly whoCanAct: WhoCanAct;

  constructor(facts: OneLockErrorFacts, options?: { readonly cause?: unknown }) {
    super(facts.code, options);
    this.name = 'OneLockError';
    this.code = facts.code;
    this.params = facts.params;
    this.callId = facts.callId;
    this.native = facts.native;
    this.retriable = facts.retriable;
    this.whoCanAct = facts.whoCanAct;
  }
}

export interface OneLockErrorFacts {
  readonly code: ErrorCode;
  readonly params: ErrorParams;
  readonly callId: string | null;
  readonly native?: NativeError | undefined;
  readonly retriable: boolean;
  readonly whoCanAct: WhoCanAct;
}

/** The codes that arise in the page itself, with the two facts the registry states of them (a test compares). */
export const ownErrors = {
  ERR_SDK_AGENT_NOT_FOUND: { whoCanAct: 'user', retriable: true },
  ERR_SDK_BLOCKED_BY_CSP: { whoCanAct: 'integrator', retriable: false },
  ERR_SDK_LOCAL_NETWORK_DENIED: { whoCanAct: 'user', retriable: false },
  ERR_SDK_CONNECTION_LOST: { whoCanAct: 'user', retriable: true },
  ERR_SDK_CLOSED: { whoCanAct: 'integrator', retriable: false },
  ERR_SDK_ABORTED: { whoCanAct: 'user', retriable: true },
  ERR_SDK_TIMEOUT: { whoCanAct: 'user', retriable: true },
  ERR_SDK_PROTOCOL: { whoCanAct: 'us', retriable: false },
  ERR_AGENT_ORIGIN_DENIED: { whoCanAct: 'operator', retriable: false },
  ERR_AGENT_VERSION_MISMATCH: { whoCanAct: 'user', retriable: false },
  ERR_REQUEST_TOO_LARGE: { whoCanAct: 'integrator', retriable: false },
  ERR_CALL_PARAMS_INVALID: { whoCanAct: 'integrator', retriable: false },
} as const satisfies Partial<Record<ErrorCode, { readonly whoCanAct: WhoCanAct; readonly retriable: boolean }>>;

export function ownError(
  code: keyof typeof ownErrors,
  params: ErrorParams = {},
  options: { readonly cause?: unknown; readonly callId?: string } = {},
): OneLockError {
  return new OneLockError(
    { code, params, callId: options.callId ?? null, ...ownErrors[code] },
    options.cause === undefined ? undefined : { cause: options.cause },
  );
}

export function isOneLockError(value: unknown): value is OneLockError {
  return value instanceof OneLockError;
}
