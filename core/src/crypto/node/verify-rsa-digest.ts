import { constants, publicDecrypt } from 'node:crypto';
import { derNull, derOctetString, derOid, derSequence } from '../../asn1/index.ts';
import { equalBytes } from '../../bytes/index.ts';
import { digestOids } from '../digest-oids.ts';
import type { DigestAlgorithm, PublicKey } from '../ops.ts';
import { PublicKeyCache } from './keys.ts';

const keys = new PublicKeyCache(64);

/**
 * RSASSA-PKCS1-v1_5 (RFC 8017 §8.2.2) where only the digest of the message is at hand. What the key opens is compared with the
 * one right encoding, octet by octet, instead of being parsed.
 *
 * @throws {CodedError} ERR_CRYPTO_KEY_INVALID
 */
export function verifyRsaDigest(
  key: Extract<PublicKey, { readonly kind: 'rsa' }>,
  algorithm: DigestAlgorithm,
  digest: Uint8Array,
  signature: Uint8Array,
): boolean {
  if (key.pss !== undefined || signature.length !== Math.ceil(key.modulusBits / 8)) return false;
  const imported = keys.import(key);
  const info = derSequence(derSequence(derOid(digestOids[algorithm]), derNull()), derOctetString(digest));
  const padding = signature.length - info.length - 3;
  if (padding < 8) return false;
  const expected = Uint8Array.of(0, 1, ...new Uint8Array(padding).fill(0xff), 0, ...info);
  try {
    return equalBytes(publicDecrypt({ key: imported, padding: constants.RSA_NO_PADDING }, signature), expected);
  } catch (error) {
    // OpenSSL refuses a signature that is no number below the modulus.
    if (error instanceof Error && 'code' in error && String(error.code).startsWith('ERR_OSSL_')) return false;
    throw error;
  }
}
