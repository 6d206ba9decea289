import { constants, createVerify, verify as verifyOnce } from 'node:crypto';
import { derTag } from '../../asn1/tags.ts';
import { CodedError } from '../../errors/coded-error.ts';
import { decodeEcdsaSignature } from '../ecdsa-signature.ts';
import type { CryptoOps, EcCurve, PublicKey, SignatureAlgorithm } from '../ops.ts';
import { requireMatch } from '../require-match.ts';
import { computeZa } from '../sm2-za.ts';
import { supportedDigest } from './digest.ts';
import type { PublicKeyCache } from './keys.ts';

/** See {@link CryptoOps.verify}. */
export function verifySignature(
  ops: Pick<CryptoOps, 'digest'>,
  keys: PublicKeyCache,
  key: PublicKey,
  algorithm: SignatureAlgorithm,
  message: Uint8Array,
  signature: Uint8Array,
): boolean {
  requireMatch(key, algorithm);
  if (key.kind === 'sm2' && algorithm.kind === 'sm2-sm3') {
    const imported = keys.import(key);
    if (!isStrictSignature(signature, 'sm2')) return false;
    const za = computeZa(ops, key.point, algorithm.userId);
    return createVerify('sm3').update(za).update(message).verify(imported, signature);
  }
  if (key.kind === 'ec' && algorithm.kind === 'ecdsa') {
    const imported = keys.import(key);
    if (!isStrictSignature(signature, key.curve)) return false;
    return verifyOnce(supportedDigest(algorithm.digest), message, imported, signature);
  }
  if (key.kind === 'rsa' && algorithm.kind === 'rsa-pss') return verifyPss(keys, key, algorithm, message, signature);
  if (algorithm.kind === 'rsa-pkcs1v15')
    // The padding of a plain RSA key is PKCS#1 v1.5 unless told otherwise, and telling costs as much as verifying.
    return verifyOnce(supportedDigest(algorithm.digest), message, keys.import(key), signature);
  return verifyOnce(null, message, keys.import(key), signature);
}

function verifyPss(
  keys: PublicKeyCache,
  key: Extract<PublicKey, { readonly kind: 'rsa' }>,
  algorithm: Extract<SignatureAlgorithm, { readonly kind: 'rsa-pss' }>,
  message: Uint8Array,
  signature: Uint8Array,
): boolean {
  const imported = keys.import(key, algorithm);
  const input = { key: imported, padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: algorithm.saltLength };
  return createVerify(supportedDigest(algorithm.digest)).update(message).verify(input, signature);
}

/** OpenSSL reads signatures more kindly than the standards: every signature has exactly one encoding here. */
function isStrictSignature(signature: Uint8Array, curve: EcCurve): boolean {
  if (isPlainSignature(signature, curve)) return true;
  try {
    decodeEcdsaSignature(signature, curve);
    return true;
  } catch (error) {
    if (error instanceof CodedError && error.code === 'ERR_SIGNATURE_ENCODING_INVALID') return false;
    throw error;
  }
}

/**
 * Whether this is certainly `SEQUENCE { r, s }` as it must be: every length in one octet, both integers positive, minimal, and
 * shorter than the order or below it by their first octet. Tells nearly all good signatures without taking them apart.
 */
export function isPlainSignature(der: Uint8Array, curve: EcCurve): boolean {
  // The orders of these two begin with 0xff.
  const size = curve === 'p256' ? 32 : curve === 'p384' ? 48 : 0;
  if (size === 0 || der[0] !== derTag.sequence || der[1] !== der.length - 2 || der.length > 0x7f + 2) return false;
  const r = endOfPlainInteger(der, 2, size);
  return r > 0 && r < der.length && endOfPlainInteger(der, r, size) === der.length;
}

/** Where the next value begins; -1 for an integer that must be looked at more closely. @param size  octets of the order */
function endOfPlainInteger(der: Uint8Array, at: number, size: number): number {
  const length = der[at + 1] ?? 0;
  const end = at + 2 + length;
  if (der[at] !== derTag.integer || length === 0 || length > 0x7f || end > der.length) return -1;
  const first = der[at + 2] ?? 0;
  if (first >= 0x80) return -1;
  if (first !== 0) return length <= size ? end : -1;
  const second = der[at + 3] ?? 0;
  return length > 1 && length <= size + 1 && second >= 0x80 && second < 0xff ? end : -1;
}
