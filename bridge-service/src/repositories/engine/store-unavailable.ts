/** SQLite result codes (primary, low byte) that say "not now": locked, read-only, I/O, full, cannot open. */
const notNow = new Set([5, 6, 8, 10, 13, 14]);

/** Whether the database cannot be had at the moment; anything else it says is our own mistake. */
export function isStoreUnavailable(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  const { code, errcode } = error as { code?: unknown; errcode?: unknown };
  return code === 'ERR_SQLITE_ERROR' && typeof errcode === 'number' && notNow.has(errcode & 0xff);
}
