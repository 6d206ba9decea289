import { constants, createVerify, verify as verifyOnce } from 'node:crypto';
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
  try {
    decodeEcdsaSignature(signature, curve);
    return true;
  } catch (error) {
    if (error instanceof CodedError && error.code === 'ERR_SIGNATURE_ENCODING_INVALID') return false;
    throw error;
  }
}
