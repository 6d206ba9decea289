import type { StoredList } from '../services/ports/evidence-store.ts';
import type { Store } from '../services/ports/store.ts';

/** A write of a megabyte holds the database up for milliseconds; one of forty would for most of a second. */
const partBytes = 1024 * 1024;
/** Pieces without a list yet are kept so long: another node clears up. */
const storingMs = 60 * 60_000;

/** Writes a list down in pieces and then makes it the one that counts. The one before is kept for `retentionMs`, for whoever replays a judgement. */
export async function storeList(
  store: Store,
  der: Uint8Array,
  list: StoredList,
  replaced: StoredList | undefined,
  { now, retentionMs }: { readonly now: Date; readonly retentionMs: number },
): Promise<void> {
  const hold = (digest: string, size: number, forMs: number) => ({
    ...{ digest, size, kind: 'crl' as const, at: now.toISOString() },
    retainUntil: new Date(now.getTime() + forMs).toISOString(),
  });
  await store.transaction(({ evidence }) => evidence.holdBlob(hold(list.digest, list.size, storingMs)));
  for (let part = 0; part * partBytes < der.length; part++) {
    const bytes = Uint8Array.from(der.subarray(part * partBytes, (part + 1) * partBytes));
    await store.transaction(({ evidence }) => evidence.addPart(list.digest, part, bytes));
  }
  await store.transaction(async ({ evidence, events }) => {
    await evidence.setList(list);
    if (replaced !== undefined && replaced.digest !== list.digest)
      await evidence.holdBlob(hold(replaced.digest, replaced.size, retentionMs));
    await events.publish('evidence.changed', { source: list.source });
  });
}

/** Reads a list into shared memory; null where pieces are missing. */
export async function readStoredList(store: Store, { digest, size }: StoredList): Promise<Uint8Array | null> {
  const der = new Uint8Array(new SharedArrayBuffer(size));
  let at = 0;
  for (let part = 0; at < size; part++) {
    const bytes = await store.evidence.part(digest, part);
    if (bytes === null || at + bytes.length > size) return null;
    der.set(bytes, at);
    at += bytes.length;
    // SQLite answers at once: others take their turn between pieces.
    await new Promise((resolve) => setImmediate(resolve));
  }
  return der;
}
