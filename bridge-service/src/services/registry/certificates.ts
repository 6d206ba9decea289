import { toHex, utf8Encode } from '@onelock/core/bytes';
import { CodedError, isCodedError } from '@onelock/core/errors';
import {
  type Certificate,
  formatName,
  type KeyUsageName,
  type Name,
  nameKey,
  parseCertificate,
  verifyCertificateSignature,
} from '@onelock/core/x509';
import { oneLine } from '../../imports/text-encoding.ts';
import { newId } from '../identifiers.ts';
import { maskPersonalNumbers } from '../mask-personal-numbers.ts';
import { type Page, pageOf } from '../page.ts';
import type { Act, Ports } from '../ports/ports.ts';
import type { Company, RegisteredCertificate } from '../ports/registry-records.ts';
import type { CertificateFilter } from '../ports/registry-store.ts';
import type { PageRequest, Repositories } from '../ports/store.ts';
import { readCertificate } from '../read-certificates.ts';
import { addCompany } from './companies.ts';
import { readIdentity } from './read-identity.ts';
import { type Author, authorOf, recordChange } from './record-change.ts';
import { standingChanged } from './standing-changed.ts';

export interface CertificateInput {
  /** PEM or base64 DER. */
  readonly certificate: string;
  readonly companyId?: string | undefined;
  readonly medium?: string | undefined;
}

export interface CertificateChange {
  readonly state?: RegisteredCertificate['state'] | undefined;
  readonly companyId?: string | undefined;
  readonly medium?: string | undefined;
}

export type RegisteredCertificateView = Omit<RegisteredCertificate, 'der' | 'issuerKey'>;

type RegistryPorts = Pick<Ports, 'ops' | 'clock' | 'lifetimes' | 'personal' | 'trust'>;

/**
 * Takes a certificate in, on the operator's word: that its holder has the key is shown by the first login with it. Without
 * `companyId` the company is the one whose code the certificate carries, which is taken in too when it is new. One that names a registered CA which did
 * not sign it is nobody's, and would keep the place of the one that has its number.
 *
 * @throws {CodedError} ERR_SIGNATURE_INVALID; ERR_REQUEST_INVALID for a CA's; ERR_REQUEST_CONFLICT { field } when it is there already, another has its issuer and serial number, or it names
 *   another company; ERR_REQUEST_NOT_FOUND for an unknown company; those of `readCertificate`
 */
export async function registerCertificate(
  ports: Ports,
  act: Act,
  input: CertificateInput,
): Promise<RegisteredCertificateView> {
  const certificate = readCertificate(input.certificate, '/certificate');
  const issuers = (await ports.trust.current(ports.store)).authorities.named(certificate.issuer);
  if (issuers.length > 0 && !issuers.some((issuer) => isSignedBy(certificate, issuer.certificate, ports.ops)))
    throw new CodedError('ERR_SIGNATURE_INVALID');
  if (certificate.basicConstraints?.ca === true)
    throw new CodedError('ERR_REQUEST_INVALID', { field: '/certificate', rule: 'no CA certificate' });
  return act.transaction(async (repositories) => {
    const added = await addCertificate(repositories, ports, authorOf(act), certificate, { ...input, source: 'api' });
    // The company may be watched, or closed.
    if (input.companyId !== undefined) await standingChanged(repositories, added.id);
    return certificateView(added);
  });
}

/** Whether its signature is by the key of this CA; one in an algorithm that we do not do, or not with this key, is not shown to be. */
export function isSignedBy(certificate: Certificate, issuer: Certificate, ops: Ports['ops']): boolean {
  try {
    return verifyCertificateSignature(certificate, issuer.publicKey, ops);
  } catch (error) {
    if (isCodedError(error)) return false;
    throw error;
  }
}

/** The same inside a transaction that is running, for an import. */
export async function addCertificate(
  repositories: Repositories,
  ports: RegistryPorts,
  author: Author,
  certificate: Certificate,
  said: Omit<CertificateInput, 'certificate'> & { readonly source: string },
): Promise<RegisteredCertificate> {
  const { clock, ops } = ports;
  const digest = toHex(ops.digest('sm3', certificate.der));
  const issuerKey = keyOfName(certificate.issuer, ops);
  if ((await repositories.certificates.byDigest(digest)) !== null)
    throw new CodedError('ERR_REQUEST_CONFLICT', { field: '/certificate' });
  if ((await repositories.certificates.byIssuerAndSerial(issuerKey, certificate.serialNumber)) !== null)
    throw new CodedError('ERR_REQUEST_CONFLICT', { field: '/certificate/serialNumber' });
  const company = await companyOf(repositories, ports, author, certificate, said.companyId);
  const now = clock().toISOString();
  const record: RegisteredCertificate = {
    ...{ id: newId('crt', clock, ops), digest, issuerKey, serialNumber: certificate.serialNumber },
    companyId: company?.id ?? null,
    subject: maskPersonalNumbers(formatName(certificate.subject)),
    issuer: maskPersonalNumbers(formatName(certificate.issuer)),
    notBefore: certificate.notBefore.toISOString(),
    notAfter: certificate.notAfter.toISOString(),
    keyDigest: toHex(ops.digest('sm3', certificate.publicKey.spki)),
    usage: usageOf(certificate),
    medium: said.medium ?? null,
    ...{ state: 'active', provenAt: null, proof: null, source: said.source, der: certificate.der },
    ...{ createdAt: now, updatedAt: now, version: 1 },
  };
  await repositories.certificates.add(record);
  await recordCertificate(repositories, ports, author, record, 'certificate.register');
  return record;
}

/** @throws {CodedError} ERR_REQUEST_NOT_FOUND for it or for the company; ERR_REQUEST_CONFLICT where it carries another company's code */
export async function updateCertificate(
  ports: Ports,
  act: Act,
  id: string,
  change: CertificateChange,
): Promise<RegisteredCertificateView> {
  const updated = await act.transaction(async (repositories) => {
    const known = await repositories.certificates.byId(id);
    if (known === null) throw new CodedError('ERR_REQUEST_NOT_FOUND');
    if (change.companyId !== undefined && change.companyId !== known.companyId)
      // Binding it to a company whose code it does not carry would say of that company what its CA did not.
      await companyOf(repositories, ports, authorOf(act), parseCertificate(known.der), change.companyId);
    const changed: RegisteredCertificate = {
      ...known,
      state: change.state ?? known.state,
      companyId: change.companyId ?? known.companyId,
      medium: change.medium ?? known.medium,
      updatedAt: ports.clock().toISOString(),
      version: known.version + 1,
    };
    await repositories.certificates.update(changed);
    await recordCertificate(repositories, ports, authorOf(act), changed, 'certificate.update');
    if (changed.state !== known.state || changed.companyId !== known.companyId) await standingChanged(repositories, id);
    return certificateView(changed);
  });
  ports.watched.refresh();
  return updated;
}

/**
 * Binds a certificate that was registered on somebody's word to whoever has just logged in with it. Certificates that are not registered,
 * and those bound already, are left as they are.
 */
export async function proveCertificate(
  repositories: Repositories,
  ports: RegistryPorts,
  author: Author,
  digest: string,
  login: string,
): Promise<void> {
  if (!(await repositories.certificates.prove(digest, login, ports.clock().toISOString()))) return;
  const proven = await repositories.certificates.byDigest(digest);
  if (proven !== null) await recordCertificate(repositories, ports, author, proven, 'certificate.prove');
}

/** @throws {CodedError} ERR_REQUEST_NOT_FOUND */
export async function findRegisteredCertificate({ store }: Ports, id: string): Promise<RegisteredCertificate> {
  const certificate = await store.certificates.byId(id);
  if (certificate === null) throw new CodedError('ERR_REQUEST_NOT_FOUND');
  return certificate;
}

export async function listRegisteredCertificates(
  { store }: Ports,
  page: PageRequest<string>,
  filter: CertificateFilter,
): Promise<Page<RegisteredCertificateView>> {
  const serialNumber = filter.serialNumber === undefined ? undefined : comparableSerialNumber(filter.serialNumber);
  const { items, nextCursor } = await pageOf(
    page,
    (request) => store.certificates.list(request, { ...filter, serialNumber }),
    ({ id }) => id,
  );
  return { items: items.map(certificateView), nextCursor };
}

/** As the registry has it (`formatSerialNumber`), of one that came from a page of some system's: `0A:1B`, `a1b`, `0x0A1B`. */
export function comparableSerialNumber(typed: string): string {
  const digits = typed
    .replace(/^-?(0x)?/i, '')
    .replaceAll(/[: ]/g, '')
    .toLowerCase()
    .replace(/^0+(?=.)/, '');
  return `${typed.startsWith('-') ? '-' : ''}${digits.length % 2 === 1 ? '0' : ''}${digits}`;
}

export function certificateView({
  der: _der,
  issuerKey: _key,
  ...view
}: RegisteredCertificate): RegisteredCertificateView {
  return view;
}

/** SM3 of a name in comparable form, hex: what certificates of one issuer share. */
export function keyOfName(name: Name, ops: Pick<Ports['ops'], 'digest'>): string {
  return toHex(ops.digest('sm3', utf8Encode(nameKey(name))));
}

/** As names are taken in otherwise. */
const longestName = 120;

async function companyOf(
  repositories: Repositories,
  ports: RegistryPorts,
  author: Author,
  certificate: Certificate,
  companyId: string | undefined,
): Promise<Company | null> {
  const {
    unifiedSocialCreditCode: code,
    organization,
    commonName,
  } = await readIdentity(ports, repositories, certificate);
  const carried = code?.checkDigitValid ? code.value : undefined;
  if (companyId !== undefined) {
    const company = await repositories.companies.byId(companyId);
    if (company === null) throw new CodedError('ERR_REQUEST_NOT_FOUND');
    if (carried !== undefined && carried !== company.creditCode)
      throw new CodedError('ERR_REQUEST_CONFLICT', { field: '/companyId' });
    return company;
  }
  if (carried === undefined) return null;
  // A certificate may carry anything for a name: line feeds, a NUL (which PostgreSQL takes in no text), a book.
  const name = oneLine(maskPersonalNumbers(organization ?? commonName ?? carried), longestName);
  return (
    (await repositories.companies.byCreditCode(carried)) ??
    addCompany(repositories, ports, author, { creditCode: carried, name })
  );
}

const signing: readonly KeyUsageName[] = ['digitalSignature', 'nonRepudiation'];
const encrypting: readonly KeyUsageName[] = ['keyEncipherment', 'dataEncipherment', 'keyAgreement'];

export function usageOf({ keyUsage }: Certificate): RegisteredCertificate['usage'] {
  const may = (names: readonly KeyUsageName[]): boolean =>
    keyUsage === undefined || names.some((name) => keyUsage.has(name));
  if (may(signing)) return may(encrypting) ? 'both' : 'sign';
  return 'encrypt';
}

/** What belongs to every change of a certificate. */
export function recordCertificate(
  repositories: Repositories,
  ports: RegistryPorts,
  author: Author,
  certificate: RegisteredCertificate,
  action: string,
): Promise<void> {
  const { digest, companyId, state, proof } = certificate;
  return recordChange(repositories, ports, author, {
    ...{ registry: 'certificates', recordId: certificate.id, action, record: certificateView(certificate) },
    details: { certificate: `sm3:${digest}`, companyId, state, proof },
  });
}
