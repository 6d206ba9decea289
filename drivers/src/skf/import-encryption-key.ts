import { randomBytes } from 'node:crypto';
import { concatBytes, equalBytes } from '@onelock/core/bytes';
import type { CryptoOps, PublicKey } from '@onelock/core/crypto';
import { CodedError, isCodedError } from '@onelock/core/errors';
import { parseCertificate } from '@onelock/core/x509';
import type { EnvelopedKeyPair, SkfQuirks } from '../port/index.ts';
import { encodeEnvelope, type FieldSide } from './blobs.ts';
import { type ContainerKey, keyOf } from './container-keys.ts';
import { asWrongCiphertext, encryptTo, type PrivateDecryption, readSm2Cipher } from './decrypt.ts';
import { codedFailure } from './errors.ts';
import { importCertificateInto } from './import-certificate.ts';
import type { SkfHandle, SkfLibrary } from './library.ts';
import { exportPublicKey } from './public-keys.ts';
import { decryptInside, hasSessionKeys } from './session-keys.ts';

/** What the import needs besides the container. */
export interface KeyImporter {
  readonly library: SkfLibrary;
  readonly ops: CryptoOps;
  readonly quirks: SkfQuirks;
  readonly decryption: PrivateDecryption;
}

/**
 * SKF_ImportECCKeyPair (GM/T 0016-2012 §7.6), and a proof that the key in the container is the one that was delivered: a library
 * that reads the scalar elsewhere in its field says SAR_OK to rubbish.
 *
 * NOTE: A container has one encryption key, and a second would take the first one's place and with it every envelope made for it. It is
 * refused: a renewal begins with a new key pair, in a container of its own, beside the old one.
 *
 * @throws {CodedError} ERR_TOKEN_FULL when the container holds another encryption key, ERR_TOKEN_CERTIFICATE_MISMATCH,
 *   ERR_ENVELOPE_CONTENT_INVALID, ERR_TOKEN_KEY_NOT_FOUND
 */
export async function importEncryptionKeyInto(
  importer: KeyImporter,
  container: SkfHandle,
  pair: EnvelopedKeyPair,
  certificate: Uint8Array | null,
): Promise<void> {
  const { library } = importer;
  if (certificate !== null && !isCertificateOf(certificate, pair.publicPoint))
    throw new CodedError('ERR_TOKEN_CERTIFICATE_MISMATCH');
  const signing = await exportPublicKey(library, container, 'signing');
  if (signing === null) throw new CodedError('ERR_TOKEN_KEY_NOT_FOUND');
  if (signing.key.kind !== 'sm2') throw new CodedError('ERR_TOKEN_ALGORITHM_UNSUPPORTED', { algorithm: 'rsa' });
  const present = await exportPublicKey(library, container, 'encryption');
  if (present !== null && !isPoint(present.key, pair.publicPoint)) throw new CodedError('ERR_TOKEN_FULL');
  if (present === null || !(await isProven(importer, container)))
    await importKey(importer, container, pair, signing.side ?? 'right');
  if (certificate !== null) await importCertificateInto(library, container, 'encryption', certificate);
}

async function importKey(
  importer: KeyImporter,
  container: SkfHandle,
  pair: EnvelopedKeyPair,
  side: FieldSide,
): Promise<void> {
  const symmetricKey = readSm2Cipher(pair.encryptedSymmetricKey);
  let failure: unknown = new CodedError('ERR_ENVELOPE_CONTENT_INVALID');
  for (const encryptedScalar of fieldsOf(pair.encryptedScalar, importer.quirks)) {
    const { publicPoint, cipher } = pair;
    const blob = encodeEnvelope({ symmetricKey, publicPoint, cipher, encryptedScalar }, importer.library.abi, side);
    try {
      const value = await importer.library.tryCall('SKF_ImportECCKeyPair', container, blob);
      if (value !== 0) throw codedFailure('SKF_ImportECCKeyPair', value, { algorithm: cipher });
      if (await isDelivered(importer, container, publicPoint)) return;
      failure = new CodedError('ERR_ENVELOPE_CONTENT_INVALID');
    } catch (error) {
      failure = asWrongCiphertext(error);
      if (!isCodedError(failure) || failure.code !== 'ERR_ENVELOPE_CONTENT_INVALID') throw failure;
    }
  }
  throw failure;
}

/** cbEncryptedPriKey as libraries want it: a CA that sends all 64 bytes knows which; 32 bytes are put right, then left. */
function fieldsOf(encrypted: Uint8Array, { envelopedScalar = 'auto' }: SkfQuirks): readonly Uint8Array[] {
  if (encrypted.length === 64) return [encrypted];
  const empty = new Uint8Array(64 - encrypted.length);
  const right = concatBytes(empty, encrypted);
  const left = concatBytes(encrypted, empty);
  if (envelopedScalar === 'auto') return [right, left];
  return [envelopedScalar === 'right' ? right : left];
}

async function isDelivered(importer: KeyImporter, container: SkfHandle, point: Uint8Array): Promise<boolean> {
  const exported = await exportPublicKey(importer.library, container, 'encryption');
  if (exported !== null && !isPoint(exported.key, point)) return false;
  return isProven(importer, container);
}

/** Whether the encryption key opens what is encrypted to it. True where the library has no way to decrypt at all. */
async function isProven(importer: KeyImporter, container: SkfHandle): Promise<boolean> {
  const { library, decryption } = importer;
  try {
    const key = await keyOf(library, container, 'encryption', null);
    if (decryption.mayDo('sm2') && (await opensPrivately(importer, container, key))) return true;
    if (hasSessionKeys(library)) return await opensInside(importer, container, key);
    return !decryption.mayDo('sm2');
  } catch (error) {
    if (isCodedError(error) && doesNotOpen.has(error.code)) return false;
    throw error;
  }
}

const doesNotOpen: ReadonlySet<string> = new Set([
  'ERR_ENVELOPE_CONTENT_INVALID',
  'ERR_TOKEN_KEY_NOT_FOUND',
  'ERR_TOKEN_NATIVE_FAILURE',
]);

async function opensPrivately(importer: KeyImporter, container: SkfHandle, key: ContainerKey): Promise<boolean> {
  const probe = new Uint8Array(randomBytes(16));
  const ciphertext = encryptTo(importer.ops, key.publicKey, probe);
  try {
    return equalBytes(await importer.decryption.decrypt(container, key, { kind: 'sm2' }, ciphertext), probe);
  } catch (error) {
    if (isCodedError(error) && (doesNotOpen.has(error.code) || error.code === 'ERR_CALL_UNSUPPORTED')) return false;
    throw error;
  }
}

async function opensInside({ library, ops }: KeyImporter, container: SkfHandle, key: ContainerKey): Promise<boolean> {
  const [contentKey, iv, plain] = [randomBytes(16), randomBytes(16), randomBytes(16)].map(
    (bytes) => new Uint8Array(bytes),
  );
  if (contentKey === undefined || iv === undefined || plain === undefined) return false;
  const options = { mode: 'cbc', direction: 'encrypt', padding: 'none' } as const;
  const cipher = ops.sm4.createCipher({ ...options, key: contentKey, iv });
  const ciphertext = concatBytes(cipher.update(plain), cipher.finish());
  const encryptedKey = encryptTo(ops, key.publicKey, contentKey);
  const content = { encryptedKey, cipher: 'sm4-cbc', iv, ciphertext, last: false } as const;
  return equalBytes(await decryptInside(library, container, key, { kind: 'sm2' }, content), plain);
}

function isCertificateOf(certificate: Uint8Array, point: Uint8Array): boolean {
  return isPoint(parseCertificate(certificate).publicKey, point);
}

function isPoint(key: PublicKey, point: Uint8Array): boolean {
  return key.kind === 'sm2' && equalBytes(key.point, point);
}
