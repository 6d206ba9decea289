import { toHex } from '@onelock/core/bytes';
import { isCodedError } from '@onelock/core/errors';
import { type Certificate, parseCertificate, sameName } from '@onelock/core/x509';
import type { TokenIdentity } from '../port/index.ts';
import type { CertificateObject } from './objects.ts';

interface Candidate extends CertificateObject {
  readonly certificate: Certificate;
  readonly signs: boolean;
  readonly encrypts: boolean;
}

/**
 * Turns a token's certificates into identities. Private keys cannot be seen without a PIN, so a certificate counts as
 * an identity's unless it is a CA's; an encryption certificate joins the one signing certificate of the same holder
 * and issuer (双证书), and otherwise stands alone. An identity's id is its CKA_ID in hex.
 */
export function groupIdentities(objects: readonly CertificateObject[]): readonly TokenIdentity[] {
  const candidates = objects.flatMap(readCandidate);
  const signers = newestPerId(candidates.filter(({ signs }) => signs));
  const encryptors = newestPerId(candidates.filter(({ signs, encrypts }) => encrypts && !signs));
  const paired = new Set<Candidate>();
  const identities = signers.map((signer) => {
    const twin = twinOf(signer, signers, encryptors);
    if (twin !== undefined) paired.add(twin);
    return identity(signer, signer.der, twin?.der ?? null);
  });
  const alone = encryptors.filter((candidate) => !paired.has(candidate) && !signers.some(sameId(candidate)));
  return [...identities, ...alone.map((candidate) => identity(candidate, null, candidate.der))];
}

function identity(
  { id, label }: Candidate,
  signingCertificate: Uint8Array | null,
  encryptionCertificate: Uint8Array | null,
): TokenIdentity {
  return { id: toHex(id), label, signingCertificate, encryptionCertificate };
}

/** Nothing for what is not a certificate, and for a CA's. */
function readCandidate(object: CertificateObject): readonly Candidate[] {
  try {
    const certificate = parseCertificate(object.der);
    if (certificate.basicConstraints?.ca === true) return [];
    const usage = certificate.keyUsage;
    const signs = usage === undefined || usage.has('digitalSignature') || usage.has('nonRepudiation');
    const encrypts = ['keyEncipherment', 'dataEncipherment', 'keyAgreement'] as const;
    return [{ ...object, certificate, signs, encrypts: usage === undefined || encrypts.some((bit) => usage.has(bit)) }];
  } catch (error) {
    if (isCodedError(error)) return [];
    throw error;
  }
}

/** A renewed certificate lies beside the old one, with the same key and CKA_ID: the one valid longest counts. */
function newestPerId(candidates: readonly Candidate[]): readonly Candidate[] {
  const newest = new Map<string, Candidate>();
  for (const candidate of candidates) {
    const id = toHex(candidate.id);
    const known = newest.get(id);
    if (known === undefined || candidate.certificate.notAfter > known.certificate.notAfter) newest.set(id, candidate);
  }
  return [...newest.values()];
}

/** Only where it is beyond doubt: one signing and one encryption certificate of that holder by that issuer. */
function twinOf(
  signer: Candidate,
  signers: readonly Candidate[],
  encryptors: readonly Candidate[],
): Candidate | undefined {
  const sameHolder = (other: Candidate): boolean =>
    sameName(other.certificate.subject, signer.certificate.subject) &&
    sameName(other.certificate.issuer, signer.certificate.issuer);
  const twins = encryptors.filter(sameHolder);
  return twins.length === 1 && signers.filter(sameHolder).length === 1 ? twins[0] : undefined;
}

function sameId(candidate: Candidate): (other: Candidate) => boolean {
  return (other) => toHex(other.id) === toHex(candidate.id);
}
