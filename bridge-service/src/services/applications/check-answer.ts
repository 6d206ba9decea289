import { equalBytes } from '@onelock/core/bytes';
import type { CryptoOps } from '@onelock/core/crypto';
import { CodedError, isCodedError } from '@onelock/core/errors';
import type { SubjectIdentity } from '@onelock/core/identity';
import { type ProfileName, validatePath } from '@onelock/core/path';
import { parseEnvelopedKey } from '@onelock/core/pkcs12';
import { type Certificate, type KeyUsageName, parseCertificate } from '@onelock/core/x509';
import type { Application, EnvelopeKind } from '../ports/application-records.ts';
import type { EnrolmentAnswer } from '../ports/enrolment.ts';
import type { Ca } from '../ports/records.ts';
import { sameWords } from './same-words.ts';

/** What one answer of a CA gives an application, once it has been held against it. */
export interface AcceptedAnswer {
  readonly certificate: Certificate;
  /** The CA's own certificates that lead from it to an anchor, the anchor left out. */
  readonly chain: readonly Certificate[];
}

type Issued = Extract<EnrolmentAnswer, { kind: 'issued' }>;

export interface AnswerRules {
  readonly application: Application;
  readonly ca: Ca;
  readonly now: Date;
  readonly ops: CryptoOps;
  /** Who a certificate is about, by this CA's places. */
  readonly identityOf: (certificate: Certificate) => Promise<SubjectIdentity>;
}

const encrypting: readonly KeyUsageName[] = ['keyEncipherment', 'dataEncipherment', 'keyAgreement'];
const signing: readonly KeyUsageName[] = ['digitalSignature', 'nonRepudiation'];
/** A CA's clock may be so far ahead. */
const clockSkewMs = 10 * 60_000;
/** Beyond what is sold; months have different lengths. */
const graceDays = 40;
const dayMs = 86_400_000;

/**
 * The certificate for the applicant's own key.
 *
 * @throws {CodedError} ERR_ENROLMENT_ANSWER_MISMATCH { field, cause }, ERR_ENROLMENT_ANSWER_MALFORMED
 */
export async function checkSigningAnswer(
  answer: Issued,
  rules: AnswerRules,
  requestSpki: Uint8Array,
): Promise<AcceptedAnswer> {
  if (answer.envelope !== null) throw mismatch('envelope', 'nobody asked for one');
  const { leaf, others } = apart(answer.certificates);
  if (!equalBytes(leaf.publicKey.spki, requestSpki)) throw mismatch('publicKey', 'not of the request');
  const { variant } = rules.application.product;
  demandUsage(leaf, signing, variant === 'dual' ? encrypting : []);
  const profile = leaf.publicKey.kind === 'sm2' ? 'gm-sign' : 'bidding';
  return { certificate: leaf, chain: await demandTrust(leaf, others, profile, rules) };
}

/**
 * The certificate of an encryption key that the CA made, with that key.
 *
 * @throws {CodedError} ERR_ENROLMENT_ANSWER_MISMATCH, ERR_ENROLMENT_ANSWER_MALFORMED
 */
export async function checkEncryptionAnswer(
  answer: Issued,
  rules: AnswerRules,
  signingCertificate: Certificate,
): Promise<AcceptedAnswer & { readonly envelope: NonNullable<Issued['envelope']> }> {
  const { envelope } = answer;
  if (envelope === null) throw mismatch('envelope', 'missing');
  const { leaf, others } = apart(answer.certificates);
  const key = leaf.publicKey;
  if (key.kind !== 'sm2') throw mismatch('publicKey', 'not SM2');
  if (equalBytes(key.spki, signingCertificate.publicKey.spki)) throw mismatch('publicKey', 'the signing key again');
  if (!equalBytes(pointOf(envelope.kind, envelope.bytes), key.point))
    throw mismatch('envelope', 'another key than the certificate');
  demandUsage(leaf, encrypting, signing);
  return { certificate: leaf, chain: await demandTrust(leaf, others, 'gm-encrypt', rules), envelope };
}

/** The one certificate that is no CA's, and the CA's. */
function apart(ders: readonly Uint8Array[]): { readonly leaf: Certificate; readonly others: readonly Certificate[] } {
  const certificates = ders.map(readCertificate);
  const isCa = (certificate: Certificate): boolean => certificate.basicConstraints?.ca === true;
  const [leaf, ...more] = certificates.filter((certificate) => !isCa(certificate));
  if (leaf === undefined || more.length > 0) throw mismatch('certificates', 'not one for the applicant');
  return { leaf, others: certificates.filter(isCa) };
}

function readCertificate(der: Uint8Array): Certificate {
  try {
    const certificate = parseCertificate(der);
    // Read what is read lazily: a malformed extension is the CA's fault and shows here.
    void [certificate.basicConstraints, certificate.keyUsage, certificate.publicKey];
    return certificate;
  } catch (error) {
    if (!isCodedError(error)) throw error;
    throw new CodedError('ERR_ENROLMENT_ANSWER_MALFORMED', { cause: error.code }, { cause: error });
  }
}

async function demandTrust(
  leaf: Certificate,
  others: readonly Certificate[],
  profile: ProfileName,
  rules: AnswerRules,
): Promise<readonly Certificate[]> {
  const { ca, now, ops } = rules;
  const [begins, ends] = [leaf.notBefore.getTime(), leaf.notAfter.getTime()];
  const early = begins > now.getTime() && begins <= now.getTime() + clockSkewMs;
  const of = (kind: 'anchor' | 'intermediate'): readonly Certificate[] =>
    ca.certificates.filter((one) => one.kind === kind).map(({ der }) => parseCertificate(der));
  const { verdict, path } = validatePath(
    {
      ...{ leaf, profile, intermediates: [...of('intermediate'), ...others] },
      trustAnchors: of('anchor').map((certificate) => ({ kind: 'certificate', certificate })),
      at: early ? leaf.notBefore : now,
    },
    ops,
  );
  if (verdict.indication !== 'passed') throw mismatch('chain', verdict.reason.code);
  if (ends - begins > (rules.application.product.validDays + graceDays) * dayMs)
    throw mismatch('validity', 'longer than sold');
  await demandSubject(leaf, rules);
  return (path ?? []).slice(1, -1);
}

async function demandSubject(leaf: Certificate, { application, identityOf }: AnswerRules): Promise<void> {
  const { creditCode, companyName } = application.subject;
  const { unifiedSocialCreditCode: code, organization, commonName } = await identityOf(leaf);
  if (code === null || code.value !== creditCode)
    throw mismatch('creditCode', code === null ? 'missing' : 'of another company');
  if (![organization, commonName].some((name) => name !== null && sameWords(name, companyName)))
    throw mismatch('subject', 'another company');
}

function demandUsage(
  { keyUsage }: Certificate,
  wanted: readonly KeyUsageName[],
  unwanted: readonly KeyUsageName[],
): void {
  if (keyUsage === undefined) throw mismatch('keyUsage', 'missing');
  if (!wanted.some((name) => keyUsage.has(name))) throw mismatch('keyUsage', wanted.join(' | '));
  const foreign = unwanted.find((name) => keyUsage.has(name));
  if (foreign !== undefined) throw mismatch('keyUsage', foreign);
}

/** ECCPUBLICKEYBLOB inside of ENVELOPEDKEYBLOB (GM/T 0016): coordinates at the end of 64 bytes each, or at their beginning. */
const blobAt = { x: 80, y: 144, afterKey: 208 } as const;

function pointOf(kind: EnvelopeKind, bytes: Uint8Array): Uint8Array {
  if (kind === 'sm2-enveloped-key') return parseEnvelopedKey(bytes).publicPoint;
  if (bytes.length <= blobAt.afterKey)
    throw new CodedError('ERR_ENROLMENT_ANSWER_MALFORMED', { cause: 'ENVELOPEDKEYBLOB' });
  const coordinate = (at: number): Uint8Array => {
    const first = bytes.slice(at, at + 32);
    return first.every((octet) => octet === 0) ? bytes.slice(at + 32, at + 64) : first;
  };
  return Uint8Array.of(4, ...coordinate(blobAt.x), ...coordinate(blobAt.y));
}

const mismatch = (field: string, cause: string): CodedError =>
  new CodedError('ERR_ENROLMENT_ANSWER_MISMATCH', { field, cause });
