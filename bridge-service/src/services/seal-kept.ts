import { UnknownSeal } from './evidence-seal.ts';
import type { EvidenceSeal } from './ports/evidence-seal.ts';
import type { Store } from './ports/store.ts';

/** Items of one transaction: others wait for it. */
const batch = 50;

export interface Resealed {
  readonly sealed: number;
  /** Sealed by a key that nobody has given, or altered: left as they are. */
  readonly left: number;
}

const factName = 'evidence-sealed-by';

/**
 * Seals what an earlier version kept in clear, and what another key has sealed before the present one, a few at a time while the service works. Where
 * nothing has changed since it was done once it asks one question.
 *
 * @param goOn  asked before each batch
 * @param looking  `all`: also where everything was once found to be sealed by this key. A node that sealed by another until it was stopped has kept more since
 */
export async function sealKept(
  { store, seal }: { readonly store: Store; readonly seal: EvidenceSeal },
  goOn: () => boolean | Promise<boolean>,
  looking: 'usual' | 'all' = 'usual',
): Promise<Resealed> {
  const done = { sealed: 0, left: 0 };
  const whole = await store.facts.get(factName);
  // What this version writes is sealed: only what a node of an earlier version wrote beside it may be in clear.
  const which = whole === seal.keyId && looking === 'usual' ? 'clear' : 'other';
  for (const { begin, end } of which === 'clear' ? [everything] : parts)
    for (let after = begin; ; ) {
      if (!(await goOn())) return done;
      const items = await store.audit.evidenceNotBy(seal.keyId, which, { after, before: end, limit: batch });
      const sealed = items.flatMap((item) => {
        const bytes = opened(seal, item);
        return bytes === null ? [] : [{ ...item, bytes: seal.seal(item.digest, bytes), from: item.sealedBy }];
      });
      done.left += items.length - sealed.length;
      if (sealed.length > 0)
        done.sealed += await store.transaction(async ({ audit }) => {
          let count = 0;
          for (const { digest, bytes, from } of sealed) count += await audit.reseal(digest, from, bytes, seal.keyId);
          return count;
        });
      after = items.at(-1)?.digest ?? after;
      if (items.length < batch) break;
    }
  if (which === 'other' && done.left === 0) await store.transaction(({ facts }) => facts.set(factName, seal.keyId));
  return done;
}

/** Of all digests: beyond every hexadecimal digit is `g`. */
const everything = { begin: '', end: 'g' };

/** By the first byte: to find that nothing is left in one of them is a question of some milliseconds, also where there are millions of items. */
const parts = Array.from({ length: 256 }, (_, first) => ({
  begin: hexOf(first),
  end: first === 255 ? everything.end : hexOf(first + 1),
}));

function hexOf(byte: number): string {
  return byte.toString(16).padStart(2, '0');
}

function opened(seal: EvidenceSeal, item: Parameters<EvidenceSeal['open']>[0]): Uint8Array | null {
  try {
    return seal.open(item);
  } catch (error) {
    if (error instanceof UnknownSeal) return null;
    throw error;
  }
}
