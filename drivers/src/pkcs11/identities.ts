import { equalBytes, toHex } from '@onelock/core/bytes';
import { isCodedError } from '@onelock/core/errors';
import { type Certificate, parseCertificate, sameName } from '@onelock/core/x509';
import type { TokenIdentity } from '../port/index.ts';
import { isEncryptionIdOf } from './key-ids.ts';
import type { CertificateObject, PublicKeyObject } from './objects.ts';

interface Candidate extends Omit<CertificateObject, 'handle'> {
  readonly certificate: Certificate;
  readonly signs: boolean;
  readonly encrypts: boolean;
}

type Certificates = readonly Omit<CertificateObject, 'handle'>[];
type PublicKeys = readonly Omit<PublicKeyObject, 'handle'>[];

/**
 * Turns a token's certificates and public keys into identities. Private keys cannot be seen without a PIN, so a certificate counts
 * as an identity's unless it is a CA's; encryption certificates join the signing certificate whose CKA_ID theirs begins with, or
 * the one signing certificate of the same holder and issuer (双证书), and otherwise stand alone. Public keys without a
 * certificate wait for one. An identity's id is its CKA_ID in hex.
 */
export function groupIdentities(objects: Certificates, keys: PublicKeys = []): readonly TokenIdentity[] {
  const candidates = objects.flatMap(readCandidate);
  const signers = newestPerId(candidates.filter(({ signs }) => signs));
  const encryptors = newestPerId(candidates.filter(({ signs, encrypts }) => encrypts && !signs));
  const bare = keys.filter(({ id }) => !candidates.some((candidate) => equalBytes(candidate.id, id)));
  const paired = new Set<Candidate>();
  const waiting = new Set(bare);
  const identities = signers.map((signer) => {
    const twins = twinsOf(signer, signers, encryptors);
    for (const twin of twins) paired.add(twin);
    return identity(signer, { signing: signer.der, encryption: twins, bare: takeBare(signer.id, waiting) });
  });
  const pending = bare
    .filter((key) => key.signs && !isEncryptionKey(key, bare))
    .map((key) => {
      waiting.delete(key);
      const own = encryptors.filter((each) => !paired.has(each) && isEncryptionIdOf(each.id, key.id));
      for (const each of own) paired.add(each);
      const { spki } = key;
      return {
        ...identity(key, { signing: null, encryption: own, bare: takeBare(key.id, waiting) }),
        uncertifiedSigningKey: spki,
      };
    });
  const alone = encryptors
    .filter((candidate) => !paired.has(candidate) && !signers.some(sameId(candidate)))
    .map((candidate) => identity(candidate, { signing: null, encryption: [candidate], bare: undefined }));
  return [...identities, ...pending, ...alone];
}

function identity(
  { id, label }: { readonly id: Uint8Array; readonly label: string },
  found: {
    readonly signing: Uint8Array | null;
    /** Newest first. */
    readonly encryption: readonly Candidate[];
    readonly bare: Omit<PublicKeyObject, 'handle'> | undefined;
  },
): TokenIdentity {
  const [present, ...earlier] = found.encryption;
  return {
    id: toHex(id),
    label,
    signingCertificate: found.signing,
    encryptionCertificate: present?.der ?? null,
    ...(earlier.length > 0 && { earlierEncryption: earlier.map(({ der }) => der) }),
    ...(found.bare && { uncertifiedEncryptionKey: found.bare.spki }),
  };
}

/** The newest encryption key without a certificate that belongs to a signing key. */
function takeBare(
  id: Uint8Array,
  waiting: Set<Omit<PublicKeyObject, 'handle'>>,
): Omit<PublicKeyObject, 'handle'> | undefined {
  const own = [...waiting].filter((key) => isEncryptionIdOf(key.id, id));
  for (const key of own) waiting.delete(key);
  return own.toSorted((one, other) => toHex(other.id).localeCompare(toHex(one.id)))[0];
}

function isEncryptionKey(key: Omit<PublicKeyObject, 'handle'>, others: PublicKeys): boolean {
  return others.some((other) => isEncryptionIdOf(key.id, other.id));
}

/** Nothing for what is not a certificate, and for a CA's. */
function readCandidate(object: Omit<CertificateObject, 'handle'>): readonly Candidate[] {
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

/**
 * Encryption certificates of a signing one, newest first: those that its CKA_ID names, and those of that holder by that issuer where
 * only one signing certificate can be meant.
 */
function twinsOf(
  signer: Candidate,
  signers: readonly Candidate[],
  encryptors: readonly Candidate[],
): readonly Candidate[] {
  const sameHolder = (other: Candidate): boolean =>
    sameName(other.certificate.subject, signer.certificate.subject) &&
    sameName(other.certificate.issuer, signer.certificate.issuer);
  const isNamed = (other: Candidate): boolean => isEncryptionIdOf(other.id, signer.id);
  const isFree = (other: Candidate): boolean => !signers.some(({ id }) => isEncryptionIdOf(other.id, id));
  const alone = signers.filter(sameHolder).length === 1;
  return encryptors
    .filter((other) => isNamed(other) || (alone && isFree(other) && sameHolder(other)))
    .toSorted(newestFirst);
}

/** By the CKA_ID that we gave, which counts; before those the ones from elsewhere, by their dates. */
function newestFirst(one: Candidate, other: Candidate): number {
  const later = Number(other.certificate.notBefore) - Number(one.certificate.notBefore);
  if (one.id.length !== other.id.length) return other.id.length - one.id.length;
  return toHex(other.id).localeCompare(toHex(one.id)) || later;
}

function sameId(candidate: Candidate): (other: Candidate) => boolean {
  return (other) => toHex(other.id) === toHex(candidate.id);
}
