import {
  constants,
  createCipheriv,
  createDecipheriv,
  createHmac,
  getCiphers,
  hkdfSync,
  pbkdf2Sync,
  privateDecrypt,
  publicEncrypt,
} from 'node:crypto';
import { concatBytes } from '../../bytes/compare.ts';
import { CodedError } from '../../errors/coded-error.ts';
import { type CipherName, type CipherOps, cipherShapes, gcmTagLength, type KeyEncryption } from '../cipher-ops.ts';
import { digestLengths } from '../digest-oids.ts';
import type { Sm4Ops } from '../gm-ops.ts';
import type { CryptoOps, DigestAlgorithm, PrivateKey, PublicKey } from '../ops.ts';
import { bytesOf, supportedDigest } from './digest.ts';
import { importPrivateKey, PublicKeyCache } from './keys.ts';
import { decryptOaep, encryptOaep, modulusOctets, type OaepScheme } from './rsa-oaep.ts';

/**
 * AES, triple DES, RSA, HMAC, PBKDF2 and HKDF of the OpenSSL inside Node; SM2 and SM4 of the engine behind `ops`.
 *
 * @param ops  see createNodeCrypto
 */
export function createNodeCiphers(ops: Pick<CryptoOps, 'sm2' | 'sm4'>): CipherOps {
  const keys = new PublicKeyCache(64);
  return {
    encrypt: (cipher, key, iv, plain, aad = noBytes) => {
      checkLengths(cipher, key, iv);
      if (cipher === 'sm4-cbc' || cipher === 'sm4-gcm') return encryptSm4(ops.sm4, cipher, key, iv, plain, aad);
      return encrypt(cipher, key, iv, plain, aad);
    },
    decrypt: (cipher, key, iv, encrypted, aad = noBytes) => {
      checkLengths(cipher, key, iv);
      if (cipher === 'sm4-cbc' || cipher === 'sm4-gcm')
        return oneError(() => decryptSm4(ops.sm4, cipher, key, iv, encrypted, aad));
      return decrypt(cipher, key, iv, encrypted, aad);
    },
    encryptKey: (key, scheme, contentKey) => {
      requireKind(key, scheme);
      if (key.kind === 'sm2') return ops.sm2.encrypt(key, contentKey, 'asn1');
      return encryptRsa(keys, key, scheme, contentKey);
    },
    decryptKey: (key, scheme, encryptedKey) => {
      requireKind(key, scheme);
      if (key.kind === 'sm2') return oneError(() => ops.sm2.decrypt(key, encryptedKey, 'asn1'));
      return decryptRsa(key, scheme, encryptedKey);
    },
    hmac: (digest, key, ...chunks) => {
      const running = createHmac(supportedDigest(digest), key);
      for (const chunk of chunks) running.update(chunk);
      return bytesOf(running.digest());
    },
    pbkdf2: (digest, password, salt, iterations, length) =>
      bytesOf(pbkdf2Sync(password, salt, iterations, length, supportedDigest(digest))),
    hkdf,
  };
}

function hkdf(
  digest: DigestAlgorithm,
  secret: Uint8Array,
  salt: Uint8Array,
  info: Uint8Array,
  length: number,
): Uint8Array {
  const name = supportedDigest(digest);
  if (!Number.isInteger(length) || length < 1 || length > 255 * digestLengths[digest])
    throw new CodedError('ERR_CRYPTO_PARAMETER_INVALID', { parameter: 'length', value: String(length) });
  return new Uint8Array(hkdfSync(name, secret, salt, info, length));
}

function encryptSm4(
  sm4: Sm4Ops,
  cipher: 'sm4-cbc' | 'sm4-gcm',
  key: Uint8Array,
  iv: Uint8Array,
  plain: Uint8Array,
  additionalData: Uint8Array,
): Uint8Array {
  if (cipher === 'sm4-gcm') return sm4.seal({ mode: 'gcm', key, nonce: iv, additionalData }, plain);
  const running = sm4.createCipher({ mode: 'cbc', direction: 'encrypt', key, iv });
  return concatBytes(running.update(plain), running.finish());
}

function decryptSm4(
  sm4: Sm4Ops,
  cipher: 'sm4-cbc' | 'sm4-gcm',
  key: Uint8Array,
  iv: Uint8Array,
  encrypted: Uint8Array,
  additionalData: Uint8Array,
): Uint8Array {
  if (cipher === 'sm4-gcm') return sm4.open({ mode: 'gcm', key, nonce: iv, additionalData }, encrypted);
  const running = sm4.createCipher({ mode: 'cbc', direction: 'decrypt', key, iv });
  return concatBytes(running.update(encrypted), running.finish());
}

/** The engine's own name for a ciphertext that does not fit becomes ours. */
function oneError(decrypt: () => Uint8Array): Uint8Array {
  try {
    return decrypt();
  } catch (error) {
    if (error instanceof CodedError && error.code === 'ERR_CRYPTO_CIPHERTEXT_INVALID') throw undecipherable();
    throw error;
  }
}

const noBytes = new Uint8Array(0);
const available: ReadonlySet<string> = new Set(getCiphers());

function encrypt(cipher: CipherName, key: Uint8Array, iv: Uint8Array, plain: Uint8Array, aad: Uint8Array): Uint8Array {
  if (cipherShapes[cipher].mode === 'cbc') {
    const running = createCipheriv(engineName(cipher), key, iv);
    return bytesOf(Buffer.concat([running.update(plain), running.final()]));
  }
  const running = createCipheriv(gcmName(cipher), key, iv, { authTagLength: gcmTagLength });
  running.setAAD(aad);
  const encrypted = Buffer.concat([running.update(plain), running.final()]);
  return bytesOf(Buffer.concat([encrypted, running.getAuthTag()]));
}

/** One error for everything: who asks must not learn whether it was the padding, the tag or the length. */
function decrypt(
  cipher: CipherName,
  key: Uint8Array,
  iv: Uint8Array,
  encrypted: Uint8Array,
  aad: Uint8Array,
): Uint8Array {
  const { mode } = cipherShapes[cipher];
  const name = mode === 'cbc' ? engineName(cipher) : gcmName(cipher);
  try {
    if (mode === 'cbc') {
      const running = createDecipheriv(name, key, iv);
      return bytesOf(Buffer.concat([running.update(encrypted), running.final()]));
    }
    const tagAt = encrypted.length - gcmTagLength;
    const running = createDecipheriv(gcmName(cipher), key, iv, { authTagLength: gcmTagLength });
    running.setAAD(aad);
    running.setAuthTag(encrypted.subarray(tagAt));
    return bytesOf(Buffer.concat([running.update(encrypted.subarray(0, tagAt)), running.final()]));
  } catch {
    throw undecipherable();
  }
}

function encryptRsa(keys: PublicKeyCache, key: PublicKey, scheme: KeyEncryption, contentKey: Uint8Array): Uint8Array {
  const imported = keys.import(key);
  const padding = rsaPadding(scheme);
  try {
    if (hasTwoDigests(scheme)) return encryptOaep(imported, scheme, contentKey);
    return bytesOf(publicEncrypt({ key: imported, ...padding }, contentKey));
  } catch (cause) {
    if (cause instanceof CodedError) throw cause;
    throw new CodedError('ERR_CRYPTO_KEY_INVALID', { detail: `too small for ${scheme.kind}` }, { cause });
  }
}

/** PKCS#1 v1.5 is decrypted with implicit rejection: wrong padding gives random octets, and nobody can tell. */
function decryptRsa(key: PrivateKey, scheme: KeyEncryption, encryptedKey: Uint8Array): Uint8Array {
  const imported = importPrivateKey(key);
  const padding = rsaPadding(scheme);
  // RFC 8017 §7.1.2 and §7.2.2, step 1; the engine would put the zeros in front that are missing.
  if (encryptedKey.length !== modulusOctets(imported)) throw undecipherable();
  try {
    if (hasTwoDigests(scheme)) return decryptOaep(imported, scheme, encryptedKey);
    return bytesOf(privateDecrypt({ key: imported, ...padding }, encryptedKey));
  } catch {
    throw undecipherable();
  }
}

interface RsaPadding {
  readonly padding: number;
  readonly oaepHash?: string;
  readonly oaepLabel?: Uint8Array;
}

/** @throws {CodedError} ERR_CRYPTO_ALGORITHM_UNSUPPORTED */
function rsaPadding(scheme: KeyEncryption): RsaPadding {
  if (scheme.kind !== 'rsa-oaep') return { padding: constants.RSA_PKCS1_PADDING };
  supportedDigest(scheme.mgf1Digest);
  const oaep = { padding: constants.RSA_PKCS1_OAEP_PADDING, oaepHash: supportedDigest(scheme.digest) };
  return scheme.label === undefined ? oaep : { ...oaep, oaepLabel: scheme.label };
}

/** Node has one digest for OAEP and its mask. */
const hasTwoDigests = (scheme: KeyEncryption): scheme is OaepScheme =>
  scheme.kind === 'rsa-oaep' && scheme.digest !== scheme.mgf1Digest;

function requireKind(key: PublicKey | PrivateKey, scheme: KeyEncryption): void {
  if (key.kind === 'unsupported')
    throw new CodedError('ERR_CRYPTO_ALGORITHM_UNSUPPORTED', { algorithm: key.algorithm });
  if (key.kind !== (scheme.kind === 'sm2' ? 'sm2' : 'rsa') || ('pss' in key && key.pss !== undefined))
    throw new CodedError('ERR_SIGNATURE_ALGORITHM_MISMATCH', { algorithm: scheme.kind, key: key.kind });
}

/** @throws {CodedError} ERR_CRYPTO_KEY_INVALID: a length that comes from the caller, never from a file */
function checkLengths(cipher: CipherName, key: Uint8Array, iv: Uint8Array): void {
  const { keyLength, ivLength } = cipherShapes[cipher];
  if (key.length !== keyLength || iv.length !== ivLength)
    throw new CodedError('ERR_CRYPTO_KEY_INVALID', { detail: `${cipher} key or IV length` });
}

function engineName(cipher: CipherName): string {
  if (!available.has(cipher)) throw unsupported(cipher);
  return cipher;
}

/** Typed as the one GCM name that Node's types know; the engine takes them all. */
function gcmName(cipher: CipherName): 'aes-256-gcm' {
  const name: string = engineName(cipher);
  return name as 'aes-256-gcm';
}

function unsupported(algorithm: string): CodedError {
  return new CodedError('ERR_CRYPTO_ALGORITHM_UNSUPPORTED', { algorithm });
}

function undecipherable(): CodedError {
  return new CodedError('ERR_ENVELOPE_CONTENT_INVALID');
}
