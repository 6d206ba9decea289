/** Nonces of signed requests. */
export interface NonceRepository {
  /** True for the one use of it. */
  use(nonceDigest: string, expiresAt: string): Promise<boolean>;
  deleteExpiredBefore(instant: string): Promise<number>;
}
