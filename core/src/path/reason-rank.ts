import type { ErrorCode } from '../errors/index.ts';
import type { PathAttempt } from './path-report.ts';

/** From the least to the most telling: a found path that fails says more than a missing issuer (webpki's `rank`). */
const order: readonly ErrorCode[] = [
  'ERR_PATH_UNKNOWN_ISSUER',
  'ERR_PATH_NAME_CHAINING',
  'ERR_CRYPTO_ALGORITHM_UNSUPPORTED',
  'ERR_PATH_PROFILE_VIOLATION',
  'ERR_PATH_PEER_NAME_MISMATCH',
  'ERR_PATH_EXTENDED_KEY_USAGE',
  'ERR_PATH_KEY_USAGE',
  'ERR_PATH_ISSUER_NOT_CERT_SIGNER',
  'ERR_PATH_ISSUER_NOT_CA',
  'ERR_PATH_LENGTH_EXCEEDED',
  'ERR_PATH_POLICY',
  'ERR_PATH_NAME_CONSTRAINT',
  'ERR_PATH_CRITICAL_EXTENSION_UNKNOWN',
  'ERR_PATH_ALGORITHM_WEAK',
  'ERR_PATH_SIGNATURE_INVALID',
  'ERR_PATH_NOT_YET_VALID',
  'ERR_PATH_EXPIRED',
];

const ranks: ReadonlyMap<ErrorCode, number> = new Map(order.map((code, rank) => [code, rank]));

/** Malformed certificates and keys stand between a missing issuer and the rules of a path. */
const otherRank = order.indexOf('ERR_CRYPTO_ALGORITHM_UNSUPPORTED');

/**
 * Attempts, most telling first: those that reached an anchor before dead ends, then by rank, then the longer way; the
 * order in which they were met decides the rest.
 */
export function byTelling(attempts: readonly PathAttempt[]): readonly PathAttempt[] {
  if (attempts.length < 2) return attempts;
  const rankOf = (attempt: PathAttempt): number => ranks.get(attempt.reason.code) ?? otherRank;
  return [...attempts].sort(
    (a, b) => Number(b.anchored) - Number(a.anchored) || rankOf(b) - rankOf(a) || b.length - a.length,
  );
}
