import {
  derExplicit,
  derImplicit,
  derInteger,
  derOctetString,
  derOid,
  derSequence,
  derSetOf,
  derTag,
  derValue,
  oids,
} from '../asn1/index.ts';
import {
  type CipherName,
  type CipherOps,
  type CryptoOps,
  cipherShapes,
  gcmTagLength,
  type KeyEncryption,
} from '../crypto/index.ts';
import { CodedError } from '../errors/index.ts';
import { type Certificate, describeSubject, type KeyUsageName } from '../x509/index.ts';
import { encodeContentEncryption } from './content-encryption.ts';
import { encodeKeyEncryption } from './key-encryption.ts';
import {
  agreementRecipientInfo,
  passwordRecipientInfo,
  type SharedKey,
  sharedKeyRecipientInfo,
  type WrappingEngine,
} from './make-other-recipients.ts';
import type { MessageFamily } from './signed-data.ts';

/** What new envelopes are encrypted with. */
export type SealingCipher = Exclude<CipherName, 'des-ede3-cbc'>;

export interface EnvelopeToSeal {
  readonly content: Uint8Array;
  /** Encryption certificates; the key of any one of them opens. At least one, unless there are shared keys or passwords. */
  readonly recipients: readonly Certificate[];
  /** Default: `gm` when every recipient has an SM2 key, `pkcs7` otherwise. */
  readonly family?: MessageFamily | undefined;
  /** Default: SM4-CBC for `gm`, AES-256-CBC for `pkcs7`. GCM makes AuthEnvelopedData of RFC 5083. */
  readonly cipher?: SealingCipher | undefined;
  /** Keys that both sides have (AES, 16, 24 or 32 octets), each with its name. PKCS#7 only, as are passwords. */
  readonly sharedKeys?: readonly SharedKey[] | undefined;
  readonly passwords?: readonly Uint8Array[] | undefined;
  /** For RSA recipients; default OAEP with SHA-256. */
  readonly rsa?: 'oaep' | 'pkcs1v15' | undefined;
}

/** A content key encrypted for everyone who may open, and the content under it. */
export interface SealedContent {
  readonly recipientInfos: Uint8Array;
  readonly encryptedContentInfo: Uint8Array;
  readonly tag: Uint8Array | null;
  readonly family: MessageFamily;
  /** Of EnvelopedData: GM/T 0010 counts from 1, RFC 5652 §6.1 by the kinds of recipients. */
  readonly version: 0 | 1 | 2 | 3;
}

const encryptionUsage: readonly KeyUsageName[] = ['keyEncipherment', 'dataEncipherment', 'keyAgreement'];

/**
 * Makes EnvelopedData (CBC) or AuthEnvelopedData (GCM) to one or many recipients: GB/T 35275-2017 §9, RFC 5652 §6, RFC 5083.
 *
 * @throws {CodedError} ERR_ENVELOPE_NOT_RECIPIENT for no recipient, ERR_PATH_KEY_USAGE for a certificate that may not
 *   encrypt, ERR_CRYPTO_ALGORITHM_UNSUPPORTED for a key that cannot, ERR_CRYPTO_KEY_INVALID
 * @param wrapping  needed for recipients with a key of a NIST curve, for shared keys and for passwords
 */
export function sealEnvelope(
  input: EnvelopeToSeal,
  ops: Pick<CryptoOps, 'random'>,
  ciphers: Pick<CipherOps, 'encrypt' | 'encryptKey'>,
  wrapping?: WrappingEngine,
): Uint8Array {
  const { recipientInfos, encryptedContentInfo, tag, family, version } = sealContent(input, ops, ciphers, wrapping);
  if (tag !== null)
    return contentInfo(
      oids.authEnvelopedData,
      derSequence(derInteger(0), recipientInfos, encryptedContentInfo, derOctetString(tag)),
    );
  const type = family === 'gm' ? oids.gmEnvelopedData : oids.envelopedData;
  return contentInfo(type, derSequence(derInteger(version), recipientInfos, encryptedContentInfo));
}

/** The part that EnvelopedData and SignedAndEnvelopedData share. */
export function sealContent(
  input: EnvelopeToSeal,
  ops: Pick<CryptoOps, 'random'>,
  ciphers: Pick<CipherOps, 'encrypt' | 'encryptKey'>,
  wrapping?: WrappingEngine,
): SealedContent {
  const { family, version, cipher, contentKey, iv, recipientInfos } = wrapContentKey(input, ops, ciphers, wrapping);
  const { mode } = cipherShapes[cipher];
  const sealed = ciphers.encrypt(cipher, contentKey, iv, input.content);
  contentKey.fill(0);
  const ciphertext = mode === 'gcm' ? sealed.subarray(0, sealed.length - gcmTagLength) : sealed;
  return {
    family,
    version,
    recipientInfos,
    encryptedContentInfo: derSequence(
      derOid(family === 'gm' ? oids.gmData : oids.data),
      encodeContentEncryption(cipher, iv),
      derImplicit(0, ciphertext),
    ),
    tag: mode === 'gcm' ? sealed.subarray(sealed.length - gcmTagLength) : null,
  };
}

/** A new content key, in the clear for whoever encrypts, and encrypted for everyone who may open. */
export interface WrappedContentKey {
  readonly family: MessageFamily;
  readonly version: SealedContent['version'];
  readonly cipher: SealingCipher;
  /** To be wiped by its owner. */
  readonly contentKey: Uint8Array;
  readonly iv: Uint8Array;
  /** SET OF RecipientInfo, DER. */
  readonly recipientInfos: Uint8Array;
}

/** @throws {CodedError} as {@link sealEnvelope} */
export function wrapContentKey(
  input: Omit<EnvelopeToSeal, 'content'>,
  ops: Pick<CryptoOps, 'random'>,
  ciphers: Pick<CipherOps, 'encryptKey'>,
  wrapping?: WrappingEngine,
): WrappedContentKey {
  const { recipients, sharedKeys = [], passwords = [] } = input;
  const others = sharedKeys.length + passwords.length;
  if (recipients.length + others === 0) throw new CodedError('ERR_ENVELOPE_NOT_RECIPIENT');
  const national = others === 0 && recipients.every(({ publicKey }) => publicKey.kind === 'sm2');
  const family = input.family ?? (national ? 'gm' : 'pkcs7');
  const cipher = input.cipher ?? (family === 'gm' ? 'sm4-cbc' : 'aes-256-cbc');
  const { keyLength, ivLength } = cipherShapes[cipher];
  const contentKey = ops.random(keyLength);
  const iv = ops.random(ivLength);
  const agreeing = recipients.filter(({ publicKey }) => family === 'pkcs7' && publicKey.kind === 'ec');
  const wrapped = [
    ...recipients
      .filter((certificate) => !agreeing.includes(certificate))
      .map((certificate) => recipientInfo(certificate, contentKey, family, input.rsa, ciphers)),
    ...agreeing.map((certificate) => {
      requireEncryptionUsage(certificate);
      return agreementRecipientInfo(certificate, contentKey, requireWrapping(wrapping, 'key agreement'));
    }),
    ...sharedKeys.map((key) => sharedKeyRecipientInfo(key, contentKey, requireWrapping(wrapping, 'key wrap'))),
    ...passwords.map((password) => passwordRecipientInfo(password, contentKey, requireWrapping(wrapping, 'PWRI-KEK'))),
  ];
  if (family === 'gm' && others > 0)
    throw new CodedError('ERR_CRYPTO_ALGORITHM_UNSUPPORTED', { algorithm: 'GM/T 0010 key wrap' });
  const plainVersion = agreeing.length + sharedKeys.length > 0 ? 2 : 0;
  return {
    family,
    version: family === 'gm' ? 1 : passwords.length > 0 ? 3 : plainVersion,
    cipher,
    contentKey,
    iv,
    recipientInfos: derSetOf(...wrapped),
  };
}

/** ContentInfo around content. */
export function contentInfo(type: string, content: Uint8Array): Uint8Array {
  return derSequence(derOid(type), derExplicit(0, content));
}

function recipientInfo(
  certificate: Certificate,
  contentKey: Uint8Array,
  family: MessageFamily,
  rsa: EnvelopeToSeal['rsa'],
  ciphers: Pick<CipherOps, 'encryptKey'>,
): Uint8Array {
  requireEncryptionUsage(certificate);
  const { publicKey } = certificate;
  const scheme = schemeFor(certificate, rsa);
  if (family === 'gm' && scheme.kind !== 'sm2')
    throw new CodedError('ERR_CRYPTO_ALGORITHM_UNSUPPORTED', { algorithm: `GM/T 0010 ${publicKey.kind}` });
  return derSequence(
    derInteger(family === 'gm' ? 1 : 0),
    derSequence(certificate.issuerDer, derValue(derTag.integer, certificate.serialNumberBytes)),
    encodeKeyEncryption(scheme),
    derOctetString(ciphers.encryptKey(publicKey, scheme, contentKey)),
  );
}

function requireEncryptionUsage(certificate: Certificate): void {
  const { keyUsage } = certificate;
  if (keyUsage === undefined || encryptionUsage.some((usage) => keyUsage.has(usage))) return;
  const { subject } = describeSubject(certificate);
  throw new CodedError('ERR_PATH_KEY_USAGE', { subject, required: 'keyEncipherment' });
}

function requireWrapping(wrapping: WrappingEngine | undefined, algorithm: string): WrappingEngine {
  if (wrapping === undefined) throw new CodedError('ERR_CRYPTO_ALGORITHM_UNSUPPORTED', { algorithm });
  return wrapping;
}

function schemeFor({ publicKey }: Certificate, rsa: EnvelopeToSeal['rsa']): KeyEncryption {
  if (publicKey.kind === 'sm2') return { kind: 'sm2' };
  if (publicKey.kind !== 'rsa') {
    const algorithm = publicKey.kind === 'unsupported' ? publicKey.algorithm : `${publicKey.kind} key transport`;
    throw new CodedError('ERR_CRYPTO_ALGORITHM_UNSUPPORTED', { algorithm });
  }
  return rsa === 'pkcs1v15' ? { kind: 'rsa-pkcs1v15' } : { kind: 'rsa-oaep', digest: 'sha256', mgf1Digest: 'sha256' };
}
