import { randomBytes } from 'node:crypto';
import { concatBytes, equalBytes } from '@onelock/core/bytes';
import { type CryptoOps, decodeSm2Cipher, parsePublicKey } from '@onelock/core/crypto';
import { CodedError, isCodedError } from '@onelock/core/errors';
import { parseCertificate } from '@onelock/core/x509';
import type { EnvelopedKeyPair, Pkcs11Mechanisms } from '../port/index.ts';
import { encodeEnvelope } from '../skf/blobs.ts';
import {
  CKA_CLASS,
  CKA_DECRYPT,
  CKA_EXTRACTABLE,
  CKA_ID,
  CKA_KEY_TYPE,
  CKA_LABEL,
  CKA_PRIVATE,
  CKA_SENSITIVE,
  CKA_TOKEN,
  CKA_UNWRAP,
  CKK_EC,
  CKO_PRIVATE_KEY,
  type Cryptoki,
  type Handle,
} from './abi.ts';
import { beginDecryption, type DecryptAbilities, finishDecryption, planDecryption } from './decrypt.ts';
import { codedFailure } from './errors.ts';
import { destroy, importCertificateTo } from './import-certificate.ts';
import { encryptionIdOf, isEncryptionIdOf, numberOfEncryptionId } from './key-ids.ts';
import { findPrivateKey, findPublicKeys, type KeyObject } from './objects.ts';

/** What the import needs besides the pair. */
export interface KeyImporter {
  readonly cryptoki: Cryptoki;
  readonly session: Handle;
  readonly ops: CryptoOps;
  readonly abilities: DecryptAbilities;
  readonly sm2: Pkcs11Mechanisms['sm2'];
  /** The signing key that the delivery was encrypted to. */
  readonly signingKey: KeyObject;
}

/** ENVELOPEDKEYBLOB as 32-bit libraries for Windows have it, whatever this one was compiled for. */
const blobLayout = { packing: 'pack1', ulongBytes: 4 } as const;

/**
 * Unwraps an encryption key pair by the vendor's mechanism, under a CKA_ID of its own: the ones before stay. It is proved by a
 * ciphertext of ours before its certificate is written.
 *
 * @throws {CodedError} ERR_CALL_UNSUPPORTED, ERR_TOKEN_CERTIFICATE_MISMATCH, ERR_ENVELOPE_CONTENT_INVALID,
 *   ERR_TOKEN_ALGORITHM_UNSUPPORTED, ERR_TOKEN_FULL
 */
export function importEncryptionKeyTo(
  importer: KeyImporter,
  signingId: Uint8Array,
  pair: EnvelopedKeyPair,
  certificate: Uint8Array | null,
): void {
  const { cryptoki, session, sm2, signingKey } = importer;
  if (signingKey.kind !== 'sm2')
    throw new CodedError('ERR_TOKEN_ALGORITHM_UNSUPPORTED', { algorithm: signingKey.kind });
  if (sm2?.unwrap === undefined) throw new CodedError('ERR_CALL_UNSUPPORTED', { call: 'importEncryptionKeyPair' });
  if (pair.cipher !== 'sm4') throw new CodedError('ERR_TOKEN_ALGORITHM_UNSUPPORTED', { algorithm: pair.cipher });
  if (certificate !== null && !isCertificateOf(certificate, pair.publicPoint))
    throw new CodedError('ERR_TOKEN_CERTIFICATE_MISMATCH');
  const own = findPublicKeys(cryptoki, session).filter(({ id }) => isEncryptionIdOf(id, signingId));
  if (!own.some(({ spki }) => isPoint(spki, pair.publicPoint))) {
    const number = Math.max(0, ...own.map(({ id }) => numberOfEncryptionId(id))) + 1;
    if (number > 0xffff) throw new CodedError('ERR_TOKEN_FULL');
    unwrap(importer, sm2.unwrap.mechanism, encryptionIdOf(signingId, number), pair);
  }
  if (certificate !== null) importCertificateTo(cryptoki, session, signingId, 'encryption', certificate);
}

function unwrap(importer: KeyImporter, mechanism: number, id: Uint8Array, pair: EnvelopedKeyPair): void {
  const { cryptoki, session, signingKey, sm2 } = importer;
  const blob = encodeEnvelope(
    {
      symmetricKey: readSm2Cipher(pair.encryptedSymmetricKey),
      publicPoint: pair.publicPoint,
      cipher: pair.cipher,
      encryptedScalar:
        pair.encryptedScalar.length === 64
          ? pair.encryptedScalar
          : concatBytes(new Uint8Array(32), pair.encryptedScalar),
    },
    blobLayout,
    'right',
  );
  const template = [
    { type: CKA_CLASS, value: CKO_PRIVATE_KEY },
    { type: CKA_KEY_TYPE, value: sm2?.keyType ?? CKK_EC },
    { type: CKA_TOKEN, value: true },
    { type: CKA_PRIVATE, value: true },
    { type: CKA_SENSITIVE, value: true },
    { type: CKA_EXTRACTABLE, value: false },
    { type: CKA_DECRYPT, value: true },
    ...(sm2?.unwrapContentKey === undefined ? [] : [{ type: CKA_UNWRAP, value: true }]),
    { type: CKA_ID, value: Buffer.from(id) },
    { type: CKA_LABEL, value: Buffer.from('encryption') },
  ];
  let handle: Handle;
  try {
    handle = cryptoki.C_UnwrapKey(session, { mechanism }, signingKey.handle, blob, template);
  } catch (error) {
    const failure = codedFailure('C_UnwrapKey', error, { algorithm: pair.cipher });
    if (failure.native?.name !== 'CKR_FUNCTION_FAILED') throw failure;
    throw new CodedError('ERR_ENVELOPE_CONTENT_INVALID', {}, { native: failure.native, cause: error });
  }
  if (isProven(importer, id, pair.publicPoint)) return;
  destroy(cryptoki, session, handle);
  for (const key of findPublicKeys(cryptoki, session, id)) destroy(cryptoki, session, key.handle);
  throw new CodedError('ERR_ENVELOPE_CONTENT_INVALID');
}

/** Whether the key under that CKA_ID is the one delivered, and opens what is encrypted to it. */
function isProven({ cryptoki, session, ops, abilities, sm2 }: KeyImporter, id: Uint8Array, point: Uint8Array): boolean {
  const [object] = findPublicKeys(cryptoki, session, id);
  if (object === undefined || !isPoint(object.spki, point)) return false;
  const key = findPrivateKey(cryptoki, session, id, 'encryption', sm2?.keyType);
  if (key === undefined) return false;
  const probe = new Uint8Array(randomBytes(16));
  try {
    const plan = planDecryption(
      key,
      { kind: 'sm2' },
      ops.sm2.encrypt(parsePublicKey(object.spki), probe, 'asn1'),
      abilities,
    );
    beginDecryption(cryptoki, session, key, plan);
    return equalBytes(finishDecryption(cryptoki, session, plan), probe);
  } catch (error) {
    if (isCodedError(error) && error.code === 'ERR_ENVELOPE_CONTENT_INVALID') return false;
    throw error;
  }
}

function readSm2Cipher(ciphertext: Uint8Array): ReturnType<typeof decodeSm2Cipher> {
  try {
    return decodeSm2Cipher(ciphertext);
  } catch (cause) {
    throw new CodedError('ERR_ENVELOPE_CONTENT_INVALID', {}, { cause });
  }
}

function isCertificateOf(certificate: Uint8Array, point: Uint8Array): boolean {
  const { publicKey } = parseCertificate(certificate);
  return publicKey.kind === 'sm2' && equalBytes(publicKey.point, point);
}

function isPoint(spki: Uint8Array, point: Uint8Array): boolean {
  const key = parsePublicKey(spki);
  return key.kind === 'sm2' && equalBytes(key.point, point);
}
