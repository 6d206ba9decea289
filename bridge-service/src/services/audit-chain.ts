import { toHex, utf8Encode } from '@onelock/core/bytes';
import type { CryptoOps } from '@onelock/core/crypto';
import type { AuditEntry, AuditPayload } from './ports/records.ts';

/** What the first entry names as the hash before it. */
export const genesisHash = '0'.repeat(64);

/**
 * The bytes an entry is hashed over: a domain line, then a JSON list of its fields in this order, UTF-8. JSON of a list of
 * strings and one integer has one form only, so anybody can write the check in a few lines.
 */
export function canonicalEntry(entry: Omit<AuditEntry, 'hash'>): Uint8Array {
  return utf8Encode(
    `onelock-audit-v1\n${JSON.stringify([
      entry.sequence,
      entry.at,
      entry.actor,
      entry.role,
      entry.action,
      entry.target,
      entry.outcome,
      entry.reason,
      entry.payloadDigest,
      entry.requestId,
      entry.previousHash,
    ])}`,
  );
}

export function hashEntry(entry: Omit<AuditEntry, 'hash'>, ops: CryptoOps): string {
  return toHex(ops.digest('sm3', canonicalEntry(entry)));
}

/** The digest that stays in the log when the payload beside it is erased. */
export function hashPayload({ salt, payload }: Pick<AuditPayload, 'salt' | 'payload'>, ops: CryptoOps): string {
  return toHex(ops.digest('sm3', utf8Encode(`onelock-audit-payload-v1\n${salt}\n${payload}`)));
}

export type ChainFault = {
  readonly sequence: number;
  readonly rule: 'sequence' | 'previous-hash' | 'hash' | 'payload-digest';
} | null;

/** Checks one entry against the one before it; null when it continues the chain. */
export function checkEntry(
  entry: AuditEntry & { readonly payload: AuditPayload | null },
  before: Pick<AuditEntry, 'sequence' | 'hash'> | null,
  ops: CryptoOps,
): ChainFault {
  const { sequence } = entry;
  if (sequence !== (before?.sequence ?? 0) + 1) return { sequence, rule: 'sequence' };
  if (entry.previousHash !== (before?.hash ?? genesisHash)) return { sequence, rule: 'previous-hash' };
  if (entry.hash !== hashEntry(entry, ops)) return { sequence, rule: 'hash' };
  if (entry.payload !== null && hashPayload(entry.payload, ops) !== entry.payloadDigest)
    return { sequence, rule: 'payload-digest' };
  return null;
}
