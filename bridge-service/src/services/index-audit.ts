import { indexRows, segmentSize } from '../audit/segment-index.ts';
import type { AuditEntry } from './ports/records.ts';
import type { Store } from './ports/store.ts';

/** Entries read together, and rows written together: the event loop and the writers' turn are held for some milliseconds. */
const readTogether = 1_024;
const writtenTogether = 512;

/**
 * Brings what finds entries by target and actor up to the log, whole segments only. Of two nodes at it both write the same, once.
 *
 * @param goOn  asked between steps
 * @returns how many segments were added
 */
export async function indexAudit(
  { store }: { readonly store: Store },
  goOn: () => boolean | Promise<boolean> = () => true,
): Promise<number> {
  for (let added = 0; ; added += 1) {
    const segment = await store.audit.indexedSegments();
    const begin = segment * segmentSize;
    if ((await store.audit.head()).size < begin + segmentSize) return added;
    const entries: Pick<AuditEntry, 'sequence' | 'target' | 'actor'>[] = [];
    for (let at = 0; at < segmentSize; at += readTogether) {
      if (!(await goOn())) return added;
      for (const { sequence, target, actor } of await store.audit.entries(begin + at, begin + at + readTogether))
        entries.push({ sequence, target, actor });
    }
    const rows = indexRows(segment, entries);
    for (let at = 0; at < rows.length; at += writtenTogether) {
      if (!(await goOn())) return added;
      const last = at + writtenTogether >= rows.length;
      await store.transaction(async ({ audit }) => {
        // Another node may have come to the end of it meanwhile, and be at the next.
        if ((await audit.indexedSegments()) === segment)
          await audit.index(rows.slice(at, at + writtenTogether), last ? segment : null);
      });
    }
  }
}
