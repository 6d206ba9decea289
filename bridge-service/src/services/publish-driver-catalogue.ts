import { toHex, utf8Decode } from '@onelock/core/bytes';
import { checkSigners, parseSignedData } from '@onelock/core/cms';
import type { CryptoOps } from '@onelock/core/crypto';
import { CodedError, isCodedError } from '@onelock/core/errors';
import { appendAudit } from './append-audit.ts';
import { frozenBy } from './change-sets/freeze.ts';
import { type Page, pageOf } from './page.ts';
import type { Act, Ports } from './ports/ports.ts';
import type { DriverCatalogueRecord } from './ports/records.ts';
import type { PageRequest } from './ports/store.ts';
import { authorOf } from './registry/record-change.ts';

export interface PublishedCatalogue {
  readonly version: number;
  /** SHA-256 of the signed bytes, hex. */
  readonly digest: string;
  readonly publishedAt: string;
}

/**
 * Takes a signed driver catalogue for agents to fetch. The service keeps order (each version once, none older than the last) and
 * sees that the signature is well made; whether its maker is to be believed is the agents' own question, by anchors that are
 * not ours to set. Nobody's driver is exchanged while bids are opened, unless that is what is urgent: a recall.
 *
 * @throws {CodedError} ERR_DRIVER_MANIFEST_MALFORMED, ERR_DRIVER_MANIFEST_UNSIGNED, ERR_DRIVER_MANIFEST_UNTRUSTED,
 *   ERR_DRIVER_VERSION_ROLLBACK; ERR_CHANGE_FROZEN { opening, until } unless it is urgent
 */
export async function publishDriverCatalogue(
  ports: Ports,
  act: Act,
  signed: Uint8Array,
  urgent = false,
): Promise<PublishedCatalogue> {
  const { clock, ops } = ports;
  const version = readVersion(signed, ops);
  const digest = toHex(ops.digest('sha256', signed));
  return act.transaction(async (repositories) => {
    const known = await repositories.driverCatalogues.newest();
    if (known?.digest === digest) return viewOf(known);
    if (known !== null && version <= known.version)
      throw new CodedError('ERR_DRIVER_VERSION_ROLLBACK', { name: 'driver catalogue', version, known: known.version });
    const opening = urgent ? null : await frozenBy(repositories, ports);
    if (opening !== null) throw new CodedError('ERR_CHANGE_FROZEN', { opening: opening.title, until: opening.endsAt });
    const record = { version, digest, signed, publishedAt: clock().toISOString(), publishedBy: act.caller.id };
    await repositories.driverCatalogues.add(record);
    await appendAudit(repositories, ports, {
      ...authorOf(act),
      action: 'driver-catalogue.publish',
      target: String(version),
      outcome: 'done',
      details: { digest: `sha256:${digest}`, bytes: signed.length, urgent },
    });
    return viewOf(record);
  });
}

/** What was published, newest first, by whom and when. */
export async function listDriverCatalogues(
  { store }: Ports,
  page: PageRequest<number>,
): Promise<Page<Omit<DriverCatalogueRecord, 'signed'>>> {
  return pageOf(
    page,
    (request) => store.driverCatalogues.list(request),
    ({ version }) => version,
  );
}

/** @throws {CodedError} ERR_REQUEST_NOT_FOUND when none was ever published */
export async function newestDriverCatalogue({ store }: Ports): Promise<DriverCatalogueRecord> {
  const newest = await store.driverCatalogues.newest();
  if (newest === null) throw new CodedError('ERR_REQUEST_NOT_FOUND');
  return newest;
}

function viewOf({ version, digest, publishedAt }: DriverCatalogueRecord): PublishedCatalogue {
  return { version, digest, publishedAt };
}

function readVersion(signed: Uint8Array, ops: CryptoOps): number {
  const { kind, version } = readJson(readContent(signed, ops));
  if (kind !== 'onelock-driver-catalogue') throw malformed('/kind', 'onelock-driver-catalogue');
  if (typeof version === 'number' && Number.isInteger(version) && version >= 1 && version <= 2_147_483_647)
    return version;
  throw malformed('/version', 'a whole number from 1');
}

function readContent(signed: Uint8Array, ops: CryptoOps): Uint8Array {
  try {
    const message = parseSignedData(signed);
    if (message.content === null || message.signers.length === 0) throw new CodedError('ERR_DRIVER_MANIFEST_UNSIGNED');
    for (const { verdict } of checkSigners(message, { content: undefined, certificates: [] }, ops))
      if (verdict.indication !== 'passed')
        throw new CodedError('ERR_DRIVER_MANIFEST_UNTRUSTED', { reason: verdict.reason.code });
    return message.content;
  } catch (cause) {
    if (!isCodedError(cause) || cause.code.startsWith('ERR_DRIVER_')) throw cause;
    throw new CodedError(
      'ERR_DRIVER_MANIFEST_MALFORMED',
      { field: '', rule: `CMS SignedData: ${cause.code}` },
      { cause },
    );
  }
}

function readJson(content: Uint8Array): { readonly kind?: unknown; readonly version?: unknown } {
  try {
    const value: unknown = JSON.parse(utf8Decode(content));
    if (typeof value === 'object' && value !== null) return value;
  } catch (cause) {
    throw new CodedError('ERR_DRIVER_MANIFEST_MALFORMED', { field: '', rule: 'JSON' }, { cause });
  }
  throw malformed('', 'an object');
}

function malformed(field: string, rule: string): CodedError {
  return new CodedError('ERR_DRIVER_MANIFEST_MALFORMED', { field, rule });
}
