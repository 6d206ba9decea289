import { toHex } from '@onelock/core/bytes';
import { CodedError } from '@onelock/core/errors';
import { newId } from '../identifiers.ts';
import { type Page, pageOf } from '../page.ts';
import type { Act, Ports } from '../ports/ports.ts';
import type { RegisteredSeal } from '../ports/registry-records.ts';
import type { PageRequest, Repositories } from '../ports/store.ts';
import { readBytes } from '../read-certificates.ts';
import { authorOf, recordChange } from './record-change.ts';

export interface SealInput {
  readonly companyId: string;
  readonly code: string;
  readonly name: string;
  readonly kind: RegisteredSeal['kind'];
  readonly maker?: string | undefined;
  /** Base64 DER. */
  readonly data?: string | undefined;
  readonly certificates?: readonly string[] | undefined;
  readonly validFrom?: string | undefined;
  readonly validUntil?: string | undefined;
}

export interface SealChange {
  readonly name?: string | undefined;
  readonly state?: RegisteredSeal['state'] | undefined;
  readonly certificates?: readonly string[] | undefined;
  readonly validUntil?: string | undefined;
}

export type SealView = Omit<RegisteredSeal, 'data'>;

/**
 * Takes a seal in.
 *
 * @throws {CodedError} ERR_REQUEST_NOT_FOUND for an unknown company; ERR_REQUEST_CONFLICT for a code that is there, or a certificate of another company
 */
export async function registerSeal(ports: Ports, act: Act, input: SealInput): Promise<SealView> {
  const { clock, ops } = ports;
  const data = input.data === undefined ? null : readBytes(input.data, '/data');
  return act.transaction(async (repositories) => {
    if ((await repositories.companies.byId(input.companyId)) === null) throw new CodedError('ERR_REQUEST_NOT_FOUND');
    if ((await repositories.seals.byCode(input.code)) !== null)
      throw new CodedError('ERR_REQUEST_CONFLICT', { field: '/code' });
    await requireOwn(repositories, input.companyId, input.certificates ?? []);
    const now = clock().toISOString();
    const seal: RegisteredSeal = {
      ...{ id: newId('sea', clock, ops), code: input.code, companyId: input.companyId, name: input.name },
      ...{ kind: input.kind, maker: input.maker ?? null, state: 'active', data },
      dataDigest: data && toHex(ops.digest('sm3', data)),
      certificates: [...new Set(input.certificates ?? [])],
      ...{ validFrom: input.validFrom ?? null, validUntil: input.validUntil ?? null },
      ...{ createdAt: now, updatedAt: now, version: 1 },
    };
    await repositories.seals.add(seal);
    await recordSeal(repositories, ports, act, seal, 'seal.register');
    return sealView(seal);
  });
}

/** @throws {CodedError} ERR_REQUEST_NOT_FOUND; ERR_REQUEST_CONFLICT for a seal that was destroyed, which is for ever */
export async function updateSeal(ports: Ports, act: Act, id: string, change: SealChange): Promise<SealView> {
  return act.transaction(async (repositories) => {
    const seal = await repositories.seals.byId(id);
    if (seal === null) throw new CodedError('ERR_REQUEST_NOT_FOUND');
    if (seal.state === 'destroyed') throw new CodedError('ERR_REQUEST_CONFLICT', { field: '/state' });
    if (change.certificates !== undefined) await requireOwn(repositories, seal.companyId, change.certificates);
    const changed: RegisteredSeal = {
      ...seal,
      name: change.name ?? seal.name,
      state: change.state ?? seal.state,
      certificates: change.certificates ? [...new Set(change.certificates)] : seal.certificates,
      validUntil: change.validUntil ?? seal.validUntil,
      updatedAt: ports.clock().toISOString(),
      version: seal.version + 1,
    };
    await repositories.seals.update(changed);
    await recordSeal(repositories, ports, act, changed, 'seal.update');
    return sealView(changed);
  });
}

/** With its data, base64 at the door. @throws {CodedError} ERR_REQUEST_NOT_FOUND */
export async function findSeal({ store }: Ports, id: string): Promise<RegisteredSeal> {
  const seal = await store.seals.byId(id);
  if (seal === null) throw new CodedError('ERR_REQUEST_NOT_FOUND');
  return seal;
}

export async function listSeals(
  { store }: Ports,
  page: PageRequest<string>,
  companyId: string | undefined,
): Promise<Page<SealView>> {
  const { items, nextCursor } = await pageOf(
    page,
    (request) => store.seals.list(request, companyId),
    ({ id }) => id,
  );
  return { items: items.map(sealView), nextCursor };
}

export function sealView({ data: _data, ...view }: RegisteredSeal): SealView {
  return view;
}

/** A seal is used with certificates of its own company alone. */
async function requireOwn(repositories: Repositories, companyId: string, digests: readonly string[]): Promise<void> {
  for (const [index, digest] of digests.entries()) {
    const certificate = await repositories.certificates.byDigest(digest);
    if (certificate?.companyId !== companyId)
      throw new CodedError('ERR_REQUEST_CONFLICT', { field: `/certificates/${index}` });
  }
}

function recordSeal(
  repositories: Repositories,
  ports: Ports,
  act: Act,
  seal: RegisteredSeal,
  action: string,
): Promise<void> {
  const { code, companyId, state, dataDigest } = seal;
  return recordChange(repositories, ports, authorOf(act), {
    ...{ registry: 'seals', recordId: seal.id, action, record: sealView(seal) },
    details: { code, companyId, state, data: dataDigest && `sm3:${dataDigest}` },
  });
}
