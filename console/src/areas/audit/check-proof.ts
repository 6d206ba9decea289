import type { AuditEntry, Inclusion } from './api.ts';

/** What a browser can find out by itself about an entry: nothing of it is taken on the service's word but the tree's head. */
export interface ProofCheck {
  /** The leaf is the hash of the entry as it is shown here. */
  readonly leaf: boolean;
  /** The path leads from the leaf to the head. */
  readonly path: boolean;
  /** The details shown are those the entry was made with; null: erased. */
  readonly details: boolean | null;
}

/** By SHA-256, which browsers have. The tree of SM3 is for `onelock audit verify`. @see RFC 9162 §2.1.3.2 */
export async function checkProof(entry: AuditEntry, { sequence, size, sha256 }: Inclusion): Promise<ProofCheck> {
  const leaf = await hash(Uint8Array.of(0), canonicalEntry(entry));
  return {
    leaf: hex(leaf) === sha256.leaf,
    path: hex(await climb(leaf, sequence - 1, size, sha256.path)) === sha256.root,
    details: await checkDetails(entry),
  };
}

/** As bridge-service hashes it (audit/entry.ts): a domain line, then a JSON list of every field in this order. */
function canonicalEntry(entry: AuditEntry): Uint8Array {
  const { sequence, at, actor, role, action, target, outcome, reason, requestId } = entry;
  const { detailsSm3, detailsSha256, retainUntil } = entry;
  const fields = [sequence, at, actor, role, action, target, outcome, reason, requestId];
  return text(`onelock-audit-v2\n${JSON.stringify([...fields, detailsSm3, detailsSha256, retainUntil])}`);
}

async function checkDetails({ details, detailsSalt, detailsSha256 }: AuditEntry): Promise<boolean | null> {
  if (details === null || detailsSalt === null) return null;
  return (
    hex(await hash(text(`onelock-audit-details-v2\n${detailsSalt}\n${JSON.stringify(details)}`))) === detailsSha256
  );
}

/** The head that a leaf and its path lead to; nothing when the path has another length than the tree's size asks for. */
async function climb(leaf: Uint8Array, index: number, size: number, path: readonly string[]): Promise<Uint8Array> {
  let [place, last, head] = [index, size - 1, leaf];
  for (const sibling of path) {
    if (last === 0) return new Uint8Array();
    const other = bytes(sibling);
    if (place % 2 === 1 || place === last) {
      head = await hash(Uint8Array.of(1), other, head);
      while (place % 2 === 0 && place !== 0) [place, last] = [place / 2, Math.floor(last / 2)];
    } else head = await hash(Uint8Array.of(1), head, other);
    [place, last] = [Math.floor(place / 2), Math.floor(last / 2)];
  }
  return last === 0 ? head : new Uint8Array();
}

async function hash(...parts: readonly Uint8Array[]): Promise<Uint8Array> {
  const whole = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return new Uint8Array(await crypto.subtle.digest('SHA-256', whole));
}

const text = (value: string): Uint8Array => new TextEncoder().encode(value);
const hex = (value: Uint8Array): string => Array.from(value, (byte) => byte.toString(16).padStart(2, '0')).join('');
const bytes = (value: string): Uint8Array =>
  Uint8Array.from(value.match(/../g) ?? [], (pair) => Number.parseInt(pair, 16));
