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
import type { MessageFamily } from './signed-data.ts';

/** What new envelopes are encrypted with. */
export type SealingCipher = Exclude<CipherName, 'des-ede3-cbc'>;

export interface EnvelopeToSeal {
  readonly content: Uint8Array;
  /** Encryption certificates; the key of any one of them opens. At least one. */
  readonly recipients: readonly Certificate[];
  /** Default: `gm` when every recipient has an SM2 key, `pkcs7` otherwise. */
  readonly family?: MessageFamily | undefined;
  /** Default: SM4-CBC for `gm`, AES-256-CBC for `pkcs7`. GCM makes AuthEnvelopedData of RFC 5083. */
  readonly cipher?: SealingCipher | undefined;
  /** For RSA recipients; default OAEP with SHA-256. */
  readonly rsa?: 'oaep' | 'pkcs1v15' | undefined;
}

/** A content key encrypted for everyone who may open, and the content under it. */
export interface SealedContent {
  readonly recipientInfos: Uint8Array;
  readonly encryptedContentInfo: Uint8Array;
  readonly tag: Uint8Array | null;
  readonly family: MessageFamily;
}

const encryptionUsage: readonly KeyUsageName[] = ['keyEncipherment', 'dataEncipherment', 'keyAgreement'];

/**
 * Makes EnvelopedData (CBC) or AuthEnvelopedData (GCM) to one or many recipients: GB/T 35275-2017 §9, RFC 5652 §6, RFC 5083.
 *
 * @throws {CodedError} ERR_ENVELOPE_NOT_RECIPIENT for no recipient, ERR_PATH_KEY_USAGE for a certificate that may not
 *   encrypt, ERR_CRYPTO_ALGORITHM_UNSUPPORTED for a key that cannot, ERR_CRYPTO_KEY_INVALID
 */
export function sealEnvelope(
  input: EnvelopeToSeal,
  ops: Pick<CryptoOps, 'random'>,
  ciphers: Pick<CipherOps, 'encrypt' | 'encryptKey'>,
): Uint8Array {
  const { recipientInfos, encryptedContentInfo, tag, family } = sealContent(input, ops, ciphers);
  if (tag !== null)
    return contentInfo(
      oids.authEnvelopedData,
      derSequence(derInteger(0), recipientInfos, encryptedContentInfo, derOctetString(tag)),
    );
  const [type, version] = family === 'gm' ? [oids.gmEnvelopedData, 1] : [oids.envelopedData, 0];
  return contentInfo(type, derSequence(derInteger(version), recipientInfos, encryptedContentInfo));
}

/** The part that EnvelopedData and SignedAndEnvelopedData share. */
export function sealContent(
  input: EnvelopeToSeal,
  ops: Pick<CryptoOps, 'random'>,
  ciphers: Pick<CipherOps, 'encrypt' | 'encryptKey'>,
): SealedContent {
  const { recipients, content } = input;
  if (recipients.length === 0) throw new CodedError('ERR_ENVELOPE_NOT_RECIPIENT');
  const national = recipients.every(({ publicKey }) => publicKey.kind === 'sm2');
  const family = input.family ?? (national ? 'gm' : 'pkcs7');
  const cipher = input.cipher ?? (family === 'gm' ? 'sm4-cbc' : 'aes-256-cbc');
  const { keyLength, ivLength, mode } = cipherShapes[cipher];
  const contentKey = ops.random(keyLength);
  const iv = ops.random(ivLength);
  const wrapped = recipients.map((certificate) => recipientInfo(certificate, contentKey, family, input.rsa, ciphers));
  const sealed = ciphers.encrypt(cipher, contentKey, iv, content);
  contentKey.fill(0);
  const ciphertext = mode === 'gcm' ? sealed.subarray(0, sealed.length - gcmTagLength) : sealed;
  return {
    family,
    recipientInfos: derSetOf(...wrapped),
    encryptedContentInfo: derSequence(
      derOid(family === 'gm' ? oids.gmData : oids.data),
      encodeContentEncryption(cipher, iv),
      derImplicit(0, ciphertext),
    ),
    tag: mode === 'gcm' ? sealed.subarray(sealed.length - gcmTagLength) : null,
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
  const { keyUsage, publicKey } = certificate;
  if (keyUsage !== undefined && !encryptionUsage.some((usage) => keyUsage.has(usage))) {
    const { subject } = describeSubject(certificate);
    throw new CodedError('ERR_PATH_KEY_USAGE', { subject, required: 'keyEncipherment' });
  }
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

function schemeFor({ publicKey }: Certificate, rsa: EnvelopeToSeal['rsa']): KeyEncryption {
  if (publicKey.kind === 'sm2') return { kind: 'sm2' };
  if (publicKey.kind !== 'rsa') {
    const algorithm = publicKey.kind === 'unsupported' ? publicKey.algorithm : `${publicKey.kind} key transport`;
    throw new CodedError('ERR_CRYPTO_ALGORITHM_UNSUPPORTED', { algorithm });
  }
  return rsa === 'pkcs1v15' ? { kind: 'rsa-pkcs1v15' } : { kind: 'rsa-oaep', digest: 'sha256', mgf1Digest: 'sha256' };
}
