import { secretDigest } from './identifiers.ts';
import type { Ports } from './ports/ports.ts';
import type { Caller } from './ports/records.ts';

/** The caller of a bearer token, or null. The token is looked up by digest, so its own bytes are never compared. */
export async function identifyCaller(
  { store, ops }: Pick<Ports, 'store' | 'ops'>,
  token: string,
): Promise<Caller | null> {
  return store.callers.byTokenDigest(secretDigest(token, ops));
}
