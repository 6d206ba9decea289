import { hash } from 'node:crypto';
import type { AuditEntry } from '../services/ports/records.ts';

/** Entries that are indexed together. What came after the last whole segment is read as it is. */
export const segmentSize = 16_384;

/** What entries are found by. */
export type IndexedField = 'target' | 'actor';

/** 48 bits: two of a segment rarely share one, and whoever asks compares the entries themselves. */
export function indexHash(field: IndexedField, value: string): number {
  return Number.parseInt(hash('sha256', `${field}\n${value}`, 'hex').slice(0, 12), 16);
}

/** Rows of a segment, in the order of the key. */
export function indexRows(
  segment: number,
  entries: readonly Pick<AuditEntry, 'sequence' | IndexedField>[],
): readonly (readonly [segment: number, hash: number, sequence: number])[] {
  const hashes = new Map<string, number>();
  const hashOf = (field: IndexedField, value: string): number => {
    const known = hashes.get(`${field}\n${value}`);
    if (known !== undefined) return known;
    const made = indexHash(field, value);
    hashes.set(`${field}\n${value}`, made);
    return made;
  };
  return entries
    .flatMap(({ sequence, target, actor }) => [
      [segment, hashOf('target', target), sequence] as const,
      [segment, hashOf('actor', actor), sequence] as const,
    ])
    .sort((one, other) => one[1] - other[1] || one[2] - other[2]);
}
