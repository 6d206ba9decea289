/** Digests of what counts once: nonces of request tickets, nonces of signed requests. */
export interface UsedOnceRepository {
  /** True for the one use of it. */
  use(nonceDigest: string, expiresAt: string): Promise<boolean>;
  deleteExpiredBefore(instant: string): Promise<number>;
}
