import { fromBase64Url, toBase64Url, utf8Decode, utf8Encode } from '@onelock/core/bytes';
import { CodedError, isCodedError } from '@onelock/core/errors';
import { formatName, parseCertificate } from '@onelock/core/x509';
import { maskPersonalNumbers } from '../mask-personal-numbers.ts';
import type { Page } from '../page.ts';
import type { Ports } from '../ports/ports.ts';
import type { Caller } from '../ports/records.ts';
import type { ExpiringCertificate } from '../ports/statistics-store.ts';
import { keyOfName } from '../registry/certificates.ts';

/** Days ahead that are looked at. */
export const expiryDays = [7, 15, 30, 90] as const;
const dayMs = 86_400_000;

export interface ExpirySummary {
  readonly at: string;
  readonly days: readonly number[];
  /** In the order of `days`; each counts what the shorter ones do, too. */
  readonly total: readonly number[];
  readonly cas: readonly { readonly id: string; readonly name: string; readonly within: readonly number[] }[];
}

type ExpiryPorts = Pick<Ports, 'store' | 'clock' | 'trust' | 'ops'>;

/** How many registered certificates end soon, by CA. A platform is told of those that logged in there. */
export async function expirySummary(ports: ExpiryPorts, caller: Caller): Promise<ExpirySummary> {
  const { store, clock } = ports;
  const now = clock();
  const until = expiryDays.map((days) => new Date(now.getTime() + days * dayMs).toISOString());
  const rows = await store.statistics.expiring(now.toISOString(), until, platformOf(caller));
  const byCa = new Map<string, { readonly name: string; within: readonly number[] }>();
  for (const { issuerKey, within } of rows) {
    const { id, name } = await caOfIssuer(ports, issuerKey);
    const known = byCa.get(id === '' ? name : id)?.within ?? within.map(() => 0);
    byCa.set(id === '' ? name : id, { name, within: within.map((count, index) => count + (known[index] ?? 0)) });
  }
  const cas = [...byCa].map(([key, { name, within }]) => ({ id: key.startsWith('ca_') ? key : '', name, within }));
  const last = expiryDays.length - 1;
  return {
    ...{ at: now.toISOString(), days: expiryDays },
    total: expiryDays.map((_days, index) => cas.reduce((sum, { within }) => sum + (within[index] ?? 0), 0)),
    cas: cas.toSorted((one, other) => (other.within[last] ?? 0) - (one.within[last] ?? 0)),
  };
}

/** The CA of certificates with this issuer, or the issuer's name where none is registered. */
async function caOfIssuer(
  { store, trust }: ExpiryPorts,
  issuerKey: string,
): Promise<{ readonly id: string; readonly name: string }> {
  const der = await store.statistics.certificateOfIssuer(issuerKey);
  if (der === null) return { id: '', name: '' };
  const { issuer } = parseCertificate(der);
  const [authority] = (await trust.current(store)).authorities.named(issuer);
  if (authority === undefined) return { id: '', name: maskPersonalNumbers(formatName(issuer)) };
  const names = await store.statistics.names('cas', [authority.caId]);
  return { id: authority.caId, name: names.get(authority.caId) ?? authority.caId };
}

export interface ExpiryListQuestion {
  readonly days?: number | undefined;
  readonly ca?: string | undefined;
  readonly company?: string | undefined;
  readonly cursor?: string | undefined;
  readonly limit?: number | undefined;
}

export type ExpiringCertificateView = Omit<ExpiringCertificate, 'issuerKey'> & { readonly daysLeft: number };

/**
 * The certificates themselves, soonest first.
 *
 * @throws {CodedError} ERR_REQUEST_NOT_FOUND for an unknown CA, ERR_REQUEST_INVALID for a cursor that is none
 */
export async function expiringCertificates(
  { store, clock, ops }: ExpiryPorts,
  caller: Caller,
  { days = 90, ca, company, cursor, limit = 50 }: ExpiryListQuestion,
): Promise<Page<ExpiringCertificateView>> {
  const now = clock();
  const found = await store.statistics.expiringCertificates({
    ...{ now: now.toISOString(), until: new Date(now.getTime() + days * dayMs).toISOString() },
    issuerKeys: ca === undefined ? undefined : await issuerKeysOf({ store, ops }, ca),
    ...{ companyId: company, platform: platformOf(caller), after: readPlace(cursor), limit: limit + 1 },
  });
  const items = found.slice(0, limit).map(({ issuerKey: _key, ...one }) => ({
    ...one,
    daysLeft: Math.floor((Date.parse(one.notAfter) - now.getTime()) / dayMs),
  }));
  const last = items.at(-1);
  const more = found.length > limit && last !== undefined;
  return { items, nextCursor: more ? toBase64Url(utf8Encode(`${last.notAfter} ${last.id}`)) : null };
}

async function issuerKeysOf({ store, ops }: Pick<Ports, 'store' | 'ops'>, id: string): Promise<readonly string[]> {
  const ca = await store.cas.byId(id);
  if (ca === null) throw new CodedError('ERR_REQUEST_NOT_FOUND');
  return [...new Set(ca.certificates.map(({ der }) => keyOfName(parseCertificate(der).subject, ops)))];
}

function readPlace(cursor: string | undefined): { readonly notAfter: string; readonly id: string } | null {
  if (cursor === undefined) return null;
  const [, notAfter, id] = /^(\S{20,30}) (crt_[0-9a-f]{32})$/.exec(textOf(cursor)) ?? [];
  if (notAfter === undefined || id === undefined)
    throw new CodedError('ERR_REQUEST_INVALID', { field: '?cursor', rule: 'cursor' });
  return { notAfter, id };
}

function textOf(cursor: string): string {
  try {
    return utf8Decode(fromBase64Url(cursor));
  } catch (error) {
    if (isCodedError(error)) return '';
    throw error;
  }
}

const platformOf = ({ id, role }: Caller): string | undefined => (role === 'platform' ? id : undefined);
