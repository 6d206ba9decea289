import { equalBytes } from '@onelock/core/bytes';
import { type CipherOps, type CryptoOps, type KeyKind, type PrivateKey, parsePublicKey } from '@onelock/core/crypto';
import { publicKeyOf } from '@onelock/core/crypto/node';
import { CodedError, isCodedError } from '@onelock/core/errors';
import { openEnvelopedKey } from '@onelock/core/pkcs12';
import { parseCertificate } from '@onelock/core/x509';
import { demandPair } from '../keys/demand-pair.ts';
import type { EnvelopedKeyPair, GeneratedKey, KeySpec } from '../port/index.ts';
import type { OpenedToken } from './check-pin.ts';
import {
  demandIdentity,
  isCertified,
  type KeyPlace,
  type KeyRole,
  sealCertifiedKey,
  sealUncertifiedKey,
  withPrivateKey,
} from './soft-keys.ts';
import { decodeField, type SoftIdentity, type SoftKey, type SoftTokenFile } from './token-file.ts';

const maxIdentities = 32;
const maxEarlierKeys = 16;
const scalarLength = 32;

const kinds: Readonly<Record<KeySpec, KeyKind>> = {
  sm2: { kind: 'sm2' },
  'rsa-2048': { kind: 'rsa', bits: 2048 },
  'rsa-3072': { kind: 'rsa', bits: 3072 },
  'rsa-4096': { kind: 'rsa', bits: 4096 },
  p256: { kind: 'ec', curve: 'p256' },
};

/** A changed token, yet to be written. */
export interface Change<T> {
  readonly token: SoftTokenFile;
  readonly result: T;
}

/** @throws {CodedError} ERR_TOKEN_FULL */
export function generateKey(
  ops: CryptoOps,
  { token, dataKey }: OpenedToken,
  keySpec: KeySpec,
  label: string,
): Change<GeneratedKey> {
  if (token.identities.length >= maxIdentities) throw new CodedError('ERR_TOKEN_FULL');
  const identityId = freeId(token);
  const { privateKey, publicKey } = ops.generateKeyPair(kinds[keySpec]);
  try {
    const place = { serialNumber: token.serialNumber, identityId, role: 'signing' } as const;
    const signing = sealUncertifiedKey(dataKey, place, privateKey, publicKey.spki);
    const identities = [...token.identities, { id: identityId, label: label.slice(0, 128), signing }];
    return { token: { ...token, identities }, result: { identityId, publicKey: publicKey.spki } };
  } finally {
    privateKey.pkcs8.fill(0);
  }
}

/** @throws {CodedError} ERR_TOKEN_KEY_NOT_FOUND, ERR_TOKEN_CERTIFICATE_MISMATCH, ERR_X509_… */
export function addCertificate(
  ops: CryptoOps,
  { token, dataKey }: OpenedToken,
  identityId: string,
  role: KeyRole,
  certificate: Uint8Array,
): SoftTokenFile {
  const identity = demandIdentity(token, identityId);
  const key = identity[role];
  if (key === undefined) throw new CodedError('ERR_TOKEN_KEY_NOT_FOUND');
  const place: KeyPlace = { serialNumber: token.serialNumber, identityId, role };
  const certified = withPrivateKey(dataKey, place, key, (privateKey) => {
    demandMatch(ops, privateKey, certificate);
    return sealCertifiedKey(dataKey, place, privateKey, certificate);
  });
  return replaceIdentity(token, { ...identity, [role]: certified });
}

/**
 * Puts a delivered encryption key in the present one's place; the present one moves to the earlier ones, unless it is the
 * same.
 *
 * @throws {CodedError} ERR_ENVELOPE_CONTENT_INVALID, ERR_TOKEN_CERTIFICATE_MISMATCH, ERR_TOKEN_KEY_NOT_FOUND,
 *   ERR_TOKEN_ALGORITHM_UNSUPPORTED, ERR_TOKEN_FULL
 */
export function addEncryptionKey(
  ops: CryptoOps,
  ciphers: CipherOps,
  { token, dataKey }: OpenedToken,
  identityId: string,
  pair: EnvelopedKeyPair,
  certificate: Uint8Array | null,
): SoftTokenFile {
  const identity = demandIdentity(token, identityId);
  const { serialNumber } = token;
  if (identity.signing.algorithm !== 'sm2' || pair.cipher !== 'sm4')
    throw new CodedError('ERR_TOKEN_ALGORITHM_UNSUPPORTED', {
      algorithm: identity.signing.algorithm === 'sm2' ? pair.cipher : identity.signing.algorithm,
    });
  const signingPlace: KeyPlace = { serialNumber, identityId, role: 'signing' };
  const place: KeyPlace = { serialNumber, identityId, role: 'encryption' };
  const delivered = withPrivateKey(dataKey, signingPlace, identity.signing, (signingKey) =>
    openPair(ops, ciphers, pair, signingKey),
  );
  try {
    if (certificate !== null) demandMatch(ops, delivered, certificate);
    const encryption =
      certificate === null
        ? sealUncertifiedKey(dataKey, place, delivered, publicKeyOf(delivered).spki)
        : sealCertifiedKey(dataKey, place, delivered, certificate);
    const earlierEncryption = earlierKeys(identity, pair.publicPoint);
    return replaceIdentity(token, {
      ...identity,
      encryption,
      ...(earlierEncryption.length > 0 && { earlierEncryption }),
    });
  } finally {
    delivered.pkcs8.fill(0);
  }
}

/** A key that never had a certificate opens no envelope that anyone could have made. */
function earlierKeys(
  { encryption, earlierEncryption = [] }: SoftIdentity,
  newPoint: Uint8Array,
): NonNullable<SoftIdentity['earlierEncryption']> {
  if (encryption === undefined || !isCertified(encryption) || hasPoint(encryption, newPoint)) return earlierEncryption;
  if (earlierEncryption.length >= maxEarlierKeys) throw new CodedError('ERR_TOKEN_FULL');
  return [encryption, ...earlierEncryption];
}

function hasPoint(key: SoftKey, point: Uint8Array): boolean {
  const publicKey = isCertified(key)
    ? parseCertificate(decodeField(key.certificate)).publicKey
    : parsePublicKey(decodeField(key.publicKey));
  return publicKey.kind === 'sm2' && equalBytes(publicKey.point, point);
}

/** The scalar stands alone, in front of zeros, or at the end of 64 encrypted bytes. */
function openPair(ops: CryptoOps, ciphers: CipherOps, pair: EnvelopedKeyPair, signingKey: PrivateKey): PrivateKey {
  const { encryptedSymmetricKey, publicPoint, encryptedScalar } = pair;
  const candidates =
    encryptedScalar.length === scalarLength
      ? [encryptedScalar]
      : [encryptedScalar.subarray(0, scalarLength), encryptedScalar.subarray(-scalarLength)];
  let failure: unknown = new CodedError('ERR_ENVELOPE_CONTENT_INVALID');
  for (const scalar of candidates) {
    try {
      return openEnvelopedKey({ encryptedSymmetricKey, publicPoint, encryptedScalar: scalar }, signingKey, {
        ops,
        ciphers,
      });
    } catch (error) {
      failure = error;
    }
  }
  if (isCodedError(failure) && /^ERR_(DER|ENVELOPE)_/.test(failure.code))
    throw new CodedError('ERR_ENVELOPE_CONTENT_INVALID', {}, { cause: failure });
  throw failure;
}

/** @throws {CodedError} ERR_TOKEN_CERTIFICATE_MISMATCH */
function demandMatch(ops: CryptoOps, { pkcs8 }: PrivateKey, certificate: Uint8Array): void {
  try {
    demandPair(ops, pkcs8, certificate);
  } catch (cause) {
    if (isCodedError(cause) && cause.code === 'ERR_CRYPTO_KEY_INVALID')
      throw new CodedError('ERR_TOKEN_CERTIFICATE_MISMATCH', {}, { cause });
    throw cause;
  }
}

function replaceIdentity(token: SoftTokenFile, identity: SoftIdentity): SoftTokenFile {
  return { ...token, identities: token.identities.map((each) => (each.id === identity.id ? identity : each)) };
}

function freeId({ identities }: SoftTokenFile): string {
  const taken = new Set(identities.map(({ id }) => id));
  for (let number = 1; ; number += 1) {
    const id = `key-${number}`;
    if (!taken.has(id)) return id;
  }
}
