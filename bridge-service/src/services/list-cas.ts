import { CodedError } from '@onelock/core/errors';
import { type CaView, caView } from './ca-registry.ts';
import { type Page, pageOf } from './page.ts';
import type { Ports } from './ports/ports.ts';
import type { PageRequest } from './ports/store.ts';

/** CAs, oldest first, off-boarded ones included. */
export async function listCas({ store }: Ports, page: PageRequest<string>): Promise<Page<CaView>> {
  const { items, nextCursor } = await pageOf(
    page,
    (request) => store.cas.list(request),
    (ca) => ca.id,
  );
  return { items: items.map(caView), nextCursor };
}

/** @throws {CodedError} ERR_REQUEST_NOT_FOUND */
export async function findCa({ store }: Ports, id: string): Promise<CaView> {
  const ca = await store.cas.byId(id);
  if (ca === null) throw new CodedError('ERR_REQUEST_NOT_FOUND');
  return caView(ca);
}
