import { constants, publicDecrypt } from 'node:crypto';
import { oids } from '../../asn1/oid-registry.ts';
import { readDer } from '../../asn1/reader.ts';
import { derNull, derOid, derSequence } from '../../asn1/writer.ts';
import { concatBytes, equalBytes } from '../../bytes/index.ts';
import type { DigestAlgorithm, PssParameters, PublicKey } from '../ops.ts';
import { requireMatch } from '../require-match.ts';
import { digest as digestOf } from './digest.ts';
import { PublicKeyCache } from './keys.ts';

const keys = new PublicKeyCache(64);

/**
 * RSASSA-PSS (RFC 8017 §8.1.2, §9.1.2) where only the digest of the message is at hand. Salt of another length than `saltLength` is
 * refused, as {@link CryptoOps.verify} does.
 *
 * @param digest  of the message, by `parameters.digest`
 * @throws {CodedError} ERR_CRYPTO_KEY_INVALID; ERR_SIGNATURE_ALGORITHM_MISMATCH for a key that is bound to other parameters
 */
export function verifyPssDigest(
  key: Extract<PublicKey, { readonly kind: 'rsa' }>,
  parameters: PssParameters,
  digest: Uint8Array,
  signature: Uint8Array,
): boolean {
  requireMatch(key, { kind: 'rsa-pss', ...parameters });
  if (signature.length !== Math.ceil(key.modulusBits / 8)) return false;
  const opened = opens(key, signature);
  return opened !== null && isEncodingOf(digest, opened, key.modulusBits - 1, parameters);
}

/** The number that the signature is of, as octets of the modulus' length; null where it is no number below the modulus. */
function opens(key: Extract<PublicKey, { readonly kind: 'rsa' }>, signature: Uint8Array): Uint8Array | null {
  const imported = keys.import({ ...key, spki: key.pss === undefined ? key.spki : plainSpki(key.spki) });
  try {
    return new Uint8Array(publicDecrypt({ key: imported, padding: constants.RSA_NO_PADDING }, signature));
  } catch (error) {
    if (error instanceof Error && 'code' in error && String(error.code).startsWith('ERR_OSSL_')) return null;
    throw error;
  }
}

/** The same numbers under rsaEncryption: OpenSSL opens nothing by a key that is for PSS alone. */
function plainSpki(spki: Uint8Array): Uint8Array {
  const fields = readDer(spki).sequence();
  fields.next();
  return derSequence(derSequence(derOid(oids.rsaEncryption), derNull()), fields.next().der);
}

/** EMSA-PSS-VERIFY of RFC 8017 §9.1.2, by its steps. @param bits  emBits */
function isEncodingOf(
  mHash: Uint8Array,
  opened: Uint8Array,
  bits: number,
  { digest: name, mgf1Digest, saltLength }: PssParameters,
): boolean {
  const length = Math.ceil(bits / 8);
  // A modulus of 8n + 1 bits makes EM one octet shorter than the modulus.
  if (opened.length > length && opened[0] !== 0) return false;
  const encoded = opened.subarray(opened.length - length);
  const hashLength = mHash.length;
  const maskedLength = length - hashLength - 1;
  const zeros = maskedLength - saltLength - 1;
  if (zeros < 0 || encoded[length - 1] !== 0xbc) return false;
  const hash = encoded.subarray(maskedLength, length - 1);
  const unused = 8 * length - bits;
  const unusedMask = (0xff00 >> unused) & 0xff;
  if (((encoded[0] ?? 0) & unusedMask) !== 0) return false;
  const block = maskOf(mgf1Digest, hash, maskedLength).map((octet, index) => octet ^ (encoded[index] ?? 0));
  block[0] = (block[0] ?? 0) & ~unusedMask;
  if (block.subarray(0, zeros).some((octet) => octet !== 0) || block[zeros] !== 1) return false;
  return equalBytes(digestOf(name, new Uint8Array(8), mHash, block.subarray(zeros + 1)), hash);
}

/** MGF1 of RFC 8017 appendix B.2.1. */
function maskOf(name: DigestAlgorithm, seed: Uint8Array, length: number): Uint8Array {
  const blocks: Uint8Array[] = [];
  for (let counter = 0, made = 0; made < length; counter++) {
    const block = digestOf(name, seed, Uint8Array.of(counter >>> 24, counter >>> 16, counter >>> 8, counter));
    blocks.push(block);
    made += block.length;
  }
  return concatBytes(...blocks).slice(0, length);
}
