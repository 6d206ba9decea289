import { segmentSize } from '../audit/segment-index.ts';
import { bulkInsert } from './engine/bulk-insert.ts';
import type { ServiceDatabase } from './engine/schema.ts';
import { createFactRepository } from './facts.ts';

/** Segments that one question asks of, each by a search of its own. */
const segmentsTogether = 64;
const candidatesTogether = 500;

/** Writes rows; those that another node has written already stay. */
export async function addIndexRows(
  database: ServiceDatabase,
  rows: readonly (readonly [number, number, number])[],
): Promise<void> {
  const columns = { segment: 'bigint', hash: 'bigint', sequence: 'bigint' } as const;
  await bulkInsert(database, 'audit_index', columns, rows, { existing: 'skip' });
}

const factName = 'audit-index';

/** Segments that are whole in the index. */
export async function indexedSegments(database: ServiceDatabase): Promise<number> {
  return Number((await createFactRepository(database).get(factName)) ?? 0);
}

/** Said in the transaction of its last rows. */
export async function segmentIsIndexed(database: ServiceDatabase, segment: number): Promise<void> {
  await createFactRepository(database).set(factName, String(segment + 1));
}

/**
 * Sequences of entries that may have this value, in the order asked for, some hundreds at a time: those of whole segments by the index.
 *
 * @param segments  how many are whole
 */
export async function* indexedSequences(
  database: ServiceDatabase,
  {
    hash: wanted,
    after,
    newestFirst,
    segments,
  }: {
    readonly hash: number;
    readonly after: number | null;
    readonly newestFirst: boolean;
    readonly segments: number;
  },
): AsyncGenerator<readonly number[]> {
  const direction = newestFirst ? 'desc' : 'asc';
  const numbers = Array.from({ length: segments }, (_, index) => (newestFirst ? segments - 1 - index : index));
  const beside = (segment: number): boolean => {
    if (after === null) return true;
    return newestFirst ? segment * segmentSize + 1 < after : (segment + 1) * segmentSize > after;
  };
  const open = numbers.filter(beside);
  for (let at = 0; at < open.length; at += segmentsTogether) {
    const together = open.slice(at, at + segmentsTogether);
    let last = after;
    for (;;) {
      let query = database
        .selectFrom('audit_index')
        .select('sequence')
        .where('segment', 'in', together)
        .where('hash', '=', wanted)
        .orderBy('sequence', direction)
        .limit(candidatesTogether);
      if (last !== null) query = query.where('sequence', newestFirst ? '<' : '>', last);
      const found = (await query.execute()).map(({ sequence }) => sequence);
      if (found.length > 0) yield found;
      last = found.at(-1) ?? last;
      if (found.length < candidatesTogether) break;
    }
  }
}
