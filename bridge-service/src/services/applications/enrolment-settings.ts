import { decodePem, toHex } from '@onelock/core/bytes';
import { CodedError, isCodedError } from '@onelock/core/errors';
import { formatName, parseCertificate } from '@onelock/core/x509';
import { isLoopback } from '../../loopback.ts';
import { readSourceUrl } from '../../outbound/index.ts';
import { refuseDirectChange } from '../change-sets/freeze.ts';
import type { CaEnrolment, CaEnrolmentRecord } from '../ports/application-records.ts';
import type { Act, Ports } from '../ports/ports.ts';
import type { Repositories } from '../ports/store.ts';
import { readingField } from '../read-certificates.ts';
import { type Author, authorOf, recordChange } from '../registry/record-change.ts';

export type CaEnrolmentView = CaEnrolment & { readonly caId: string; readonly updatedAt: string };

/** @throws {CodedError} ERR_REQUEST_NOT_FOUND for a CA that is not there, or takes no applications */
export async function findCaEnrolment({ store }: Pick<Ports, 'store'>, caId: string): Promise<CaEnrolmentRecord> {
  const known = await store.enrolments.ofCa(caId);
  if (known === null) throw new CodedError('ERR_REQUEST_NOT_FOUND');
  return known;
}

/**
 * Sets how a CA takes applications, all of it. Applications under way go on by the new settings.
 *
 * @throws {CodedError} ERR_REQUEST_NOT_FOUND; ERR_REQUEST_INVALID for an address that nobody may speak to with a secret, or two products of
 *   one code; ERR_EVIDENCE_URL_UNSUPPORTED; ERR_CHANGE_SET_REQUIRED, ERR_CHANGE_FROZEN
 */
export async function setCaEnrolment(
  ports: Ports,
  act: Act,
  caId: string,
  given: CaEnrolment,
): Promise<CaEnrolmentView> {
  const enrolment = readCaEnrolment(given);
  return act.transaction(async (repositories) => {
    await refuseDirectChange(repositories, ports);
    return putCaEnrolment(repositories, ports, authorOf(act), caId, enrolment);
  });
}

/** Settings that were held against the rules. @throws {CodedError} ERR_REQUEST_INVALID; ERR_EVIDENCE_URL_UNSUPPORTED */
export function readCaEnrolment(enrolment: CaEnrolment): CaEnrolment {
  const url = readingField('/url', () => readSourceUrl(enrolment.url, 'registry'));
  if (url.protocol !== 'https:' && !isLoopback(url.hostname.replace(/^\[|\]$/g, '')))
    throw new CodedError('ERR_REQUEST_INVALID', { field: '/url', rule: 'https, or http on loopback' });
  if (url.search !== '' || url.hash !== '')
    throw new CodedError('ERR_REQUEST_INVALID', { field: '/url', rule: 'no query, no fragment' });
  for (const [index, text] of enrolment.serverAnchors.entries()) {
    const field = `/serverAnchors/${index}`;
    const anchors = readingField(field, () => decodePem(text).map(({ bytes }) => parseCertificate(bytes)));
    if (anchors.length === 0) throw new CodedError('ERR_REQUEST_INVALID', { field, rule: 'PEM' });
  }
  const codes = enrolment.products.map(({ code }) => code);
  if (new Set(codes).size < codes.length)
    throw new CodedError('ERR_REQUEST_INVALID', { field: '/products', rule: 'each code once' });
  for (const [index, { variant, keySpec, medium }] of enrolment.products.entries()) {
    if (variant === 'dual' && keySpec !== 'sm2')
      throw new CodedError('ERR_REQUEST_INVALID', { field: `/products/${index}/variant`, rule: 'dual is for sm2' });
    if (medium === 'phone' && (keySpec !== 'sm2' || variant !== 'single'))
      throw new CodedError('ERR_REQUEST_INVALID', { field: `/products/${index}/medium`, rule: 'sm2, single' });
  }
  return enrolment;
}

/** Writes them inside a transaction that is running. @throws {CodedError} ERR_REQUEST_NOT_FOUND */
export async function putCaEnrolment(
  repositories: Repositories,
  ports: Pick<Ports, 'ops' | 'clock' | 'lifetimes'>,
  author: Author,
  caId: string,
  enrolment: CaEnrolment,
): Promise<CaEnrolmentView> {
  if ((await repositories.cas.byId(caId)) === null) throw new CodedError('ERR_REQUEST_NOT_FOUND');
  const updatedAt = ports.clock().toISOString();
  await repositories.enrolments.set(caId, enrolment, updatedAt);
  const { state, url, products } = enrolment;
  await recordChange(repositories, ports, author, {
    ...{ registry: 'cas', recordId: caId, action: 'ca.set-enrolment', record: { enrolment } },
    details: { state, public: enrolment.public, url, products: products.map(({ code }) => code) },
  });
  return { caId, updatedAt, ...enrolment };
}

/** Of a CA that takes no applications. */
export const noEnrolment: CaEnrolment = {
  ...{ state: 'closed', public: false, protocol: 'est', url: '', credential: { kind: 'none' } },
  ...{ serverAnchors: [], products: [], notice: '' },
};

export interface EnrolmentTrial {
  readonly reached: boolean;
  readonly reason: {
    readonly code: string;
    readonly params: Readonly<Record<string, string | number | boolean | null>>;
  } | null;
  /** What the CA says are its own certificates. */
  readonly certificates: readonly { readonly subject: string; readonly digest: string; readonly registered: boolean }[];
}

/** Asks the CA's door for its certificates, with the credential: whether address, credential and registry fit together. */
export async function tryCaEnrolment(ports: Ports, caId: string): Promise<EnrolmentTrial> {
  const enrolment = await findCaEnrolment(ports, caId);
  const ca = await ports.store.cas.byId(caId);
  const registered = new Set(ca?.certificates.map(({ digest }) => digest));
  try {
    if (ports.enrolment === undefined)
      throw new CodedError('ERR_ENROLMENT_CA_UNREACHABLE', { cause: 'outbound is off' });
    const found = (await ports.enrolment.certificates(enrolment)).map((der) => parseCertificate(der));
    const certificates = found.map(({ subject, der }) => {
      const digest = toHex(ports.ops.digest('sm3', der));
      return { subject: formatName(subject), digest, registered: registered.has(digest) };
    });
    return { reached: true, reason: null, certificates };
  } catch (error) {
    if (!isCodedError(error)) throw error;
    return { reached: false, reason: { code: error.code, params: error.params }, certificates: [] };
  }
}
