export interface TicketRepository {
  /** True for the one call that used it. */
  use(nonceDigest: string, expiresAt: string): Promise<boolean>;
  deleteExpiredBefore(instant: string): Promise<number>;
}
