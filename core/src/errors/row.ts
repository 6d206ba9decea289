/** Who can put right what went wrong; the sentence shown to a person is addressed to them. */
export type WhoCanAct = 'user' | 'integrator' | 'operator' | 'vendor' | 'us';

/** One line of the registry. `params` names the data that rides along and that the words may show. */
export interface ErrorRow {
  readonly httpStatus:
    | 400
    | 401
    | 403
    | 404
    | 405
    | 408
    | 409
    | 412
    | 413
    | 415
    | 422
    | 423
    | 429
    | 500
    | 501
    | 502
    | 503
    | 504;
  readonly whoCanAct: WhoCanAct;
  /** true: the same act may succeed later without anything being changed by the caller. */
  readonly retriable: boolean;
  readonly params: readonly string[];
  /** The clause of a standard that is broken, when there is one. */
  readonly clause?: string;
}

export type ErrorRows = Readonly<Record<`ERR_${string}`, ErrorRow>>;
