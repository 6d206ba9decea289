import { CodedError } from '@onelock/core/errors';
import { type Page, pageOf } from './page.ts';
import type { Ports } from './ports/ports.ts';
import type { Caller, Role } from './ports/records.ts';
import type { PageRequest } from './ports/store.ts';

/** Callers, oldest first, revoked ones included. */
export async function listCallers({ store }: Ports, page: PageRequest<string>, role?: Role): Promise<Page<Caller>> {
  return pageOf(
    page,
    (request) => store.callers.list(request, role),
    (caller) => caller.id,
  );
}

/** @throws {CodedError} ERR_REQUEST_NOT_FOUND */
export async function findCaller({ store }: Ports, id: string): Promise<Caller> {
  const caller = await store.callers.byId(id);
  if (caller === null) throw new CodedError('ERR_REQUEST_NOT_FOUND');
  return caller;
}

export interface PlatformView {
  readonly id: string;
  readonly name: string;
  readonly origins: readonly string[];
  readonly state: 'active' | 'off-boarded';
}

/** Platforms are the callers that have pages. */
export async function listPlatforms({ store }: Ports, page: PageRequest<string>): Promise<Page<PlatformView>> {
  const { items, nextCursor } = await pageOf(
    page,
    (request) => store.callers.list(request, 'platform'),
    (caller) => caller.id,
  );
  return { items: items.map(platformView), nextCursor };
}

/** @throws {CodedError} ERR_REQUEST_NOT_FOUND, also for a caller that is no platform */
export async function findPlatform({ store }: Ports, id: string): Promise<PlatformView> {
  const caller = await store.callers.byId(id);
  if (caller?.role !== 'platform') throw new CodedError('ERR_REQUEST_NOT_FOUND');
  return platformView(caller);
}

const platformView = ({ id, name, origins, revokedAt }: Caller): PlatformView => ({
  ...{ id, name, origins },
  state: revokedAt === null ? 'active' : 'off-boarded',
});
