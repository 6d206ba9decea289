import { toHex, utf8Encode } from '@onelock/core/bytes';
import type { CryptoOps } from '@onelock/core/crypto';
import type { AuditDetails, AuditEntry } from '../services/ports/records.ts';
import type { ForEachTree } from './merkle-tree.ts';

/**
 * The bytes that a leaf of both trees is hashed over: a domain line, then a JSON list of every field of the entry in this order,
 * UTF-8. JSON of a list of strings and one integer has one form only, so anybody can write the check in a few lines.
 */
export function canonicalEntry(entry: AuditEntry): Uint8Array {
  return utf8Encode(
    `onelock-audit-v2\n${JSON.stringify([
      entry.sequence,
      entry.at,
      entry.actor,
      entry.role,
      entry.action,
      entry.target,
      entry.outcome,
      entry.reason,
      entry.requestId,
      entry.detailsSm3,
      entry.detailsSha256,
      entry.retainUntil,
    ])}`,
  );
}

/** The digests that stay in the entry when the details beside it are erased, hex. The salt keeps little data from being guessed. */
export function hashDetails({ salt, details }: AuditDetails, ops: Pick<CryptoOps, 'digest'>): ForEachTree<string> {
  const bytes = utf8Encode(`onelock-audit-details-v2\n${salt}\n${details}`);
  return { sm3: toHex(ops.digest('sm3', bytes)), sha256: toHex(ops.digest('sha256', bytes)) };
}
