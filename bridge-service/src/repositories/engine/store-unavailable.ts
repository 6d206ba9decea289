/** SQLite result codes (primary, low byte) that say "not now": locked, read-only, I/O, full, cannot open. */
const notNow = new Set([5, 6, 8, 10, 13, 14]);

/**
 * SQLSTATEs that say so: connection (08), read-only (25006), wrong credentials (28), no such database (3D), deadlock and
 * serialisation (40), out of resources (53), lock not available (55P03), operator intervention (57), system error (58).
 */
const notNowStates = /^(?:08|25006|28|3D|40|53|55P03|57|58)/;

/** What Node and `pg` say of a server that is not there, or went away in the middle. */
const connectionCodes = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'EPIPE',
  'ENOENT',
  'ENOTFOUND',
  'EHOSTUNREACH',
  'ETIMEDOUT',
  'EAI_AGAIN',
]);
const connectionWords =
  /^(?:Connection terminated|timeout exceeded when trying to connect|Client has encountered a connection error|Client was closed)/;

/** Whether the database cannot be had at the moment; anything else it says is our own mistake. */
export function isStoreUnavailable(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  const { code, errcode, syscall, severity } = error as {
    code?: unknown;
    errcode?: unknown;
    syscall?: unknown;
    severity?: unknown;
  };
  if (code === 'ERR_SQLITE_ERROR') return typeof errcode === 'number' && notNow.has(errcode & 0xff);
  if (typeof severity === 'string') return typeof code === 'string' && notNowStates.test(code);
  if (typeof syscall === 'string') return connectionCodes.has(String(code));
  return connectionWords.test(error.message);
}

/** Whether the database refused what it was asked: nothing of the transaction is there, and the same would be refused again. */
export function isRefusedByDatabase(error: unknown): boolean {
  if (!(error instanceof Error) || isStoreUnavailable(error)) return false;
  return 'severity' in error || ('code' in error && error.code === 'ERR_SQLITE_ERROR');
}
