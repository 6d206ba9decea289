/** Requests that nodes have taken from callers' minutes. */
export interface QuotaRepository {
  /** Gives a node what it wants of a minute, as far as the limit allows; `giveBack` is what it had and did not use. */
  take(
    callerId: string,
    windowStart: string,
    ask: { readonly want: number; readonly giveBack: number; readonly limit: number },
  ): Promise<{ readonly granted: number; readonly taken: number }>;
  deleteBefore(windowStart: string): Promise<number>;
}
