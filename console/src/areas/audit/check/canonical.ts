import { utf8Encode } from '@onelock/core/bytes';
import type { AuditEntry } from '../api.ts';

/** The bytes under a leaf, as the service hashes them: a domain line, then a JSON list of every field in this order. */
export function entryBytes(entry: AuditEntry): Uint8Array {
  const { sequence, at, actor, role, action, target, outcome, reason, requestId } = entry;
  const { detailsSm3, detailsSha256, retainUntil } = entry;
  const fields = [sequence, at, actor, role, action, target, outcome, reason, requestId];
  return utf8Encode(`onelock-audit-v2\n${JSON.stringify([...fields, detailsSm3, detailsSha256, retainUntil])}`);
}

/** What the two digests of the details are over; null where they were erased. */
export function detailsBytes({ details, detailsSalt }: AuditEntry): Uint8Array | null {
  if (details === null || detailsSalt === null) return null;
  return utf8Encode(`onelock-audit-details-v2\n${detailsSalt}\n${JSON.stringify(details)}`);
}
