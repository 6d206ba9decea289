import { oidValue } from '../asn1/object-identifier.ts';
import { oids } from '../asn1/oid-registry.ts';
import { type DerNode, readDer } from '../asn1/reader.ts';
import { contextConstructed, contextPrimitive, derTag } from '../asn1/tags.ts';
import { octetStringValue, smallIntegerValue, unsignedIntegerBytes, wholeBitStringValue } from '../asn1/values.ts';
import { compareBytes } from '../bytes/compare.ts';
import { CodedError } from '../errors/coded-error.ts';
import { parseAlgorithmIdentifier } from './algorithm-identifier.ts';
import { type Curve, curveOfOid } from './curves.ts';
import { integerToBytes } from './integer.ts';
import type { PrivateKey } from './ops.ts';
import { decodePoint } from './point.ts';

/**
 * Parses an unencrypted PKCS#8 private key (RFC 5208, RFC 5958) of RSA, SM2 or a NIST curve. The bytes are kept, not copied:
 * they are the key, to be wiped by their owner.
 *
 * @throws {CodedError} ERR_CRYPTO_KEY_INVALID: a scalar outside of [1, n − 1] ([1, n − 2] for SM2, where n − 1 has no
 *   inverse of 1 + d); ERR_CRYPTO_ALGORITHM_UNSUPPORTED, ERR_DER_…
 */
export function parsePrivateKey(pkcs8: Uint8Array): PrivateKey {
  const fields = readDer(pkcs8).sequence();
  const version = smallIntegerValue(fields.next());
  const algorithm = parseAlgorithmIdentifier(fields.next());
  const key = fields.read(derTag.octetString);
  fields.optional(contextConstructed(0));
  const publicKey = version === 1 ? fields.optional(contextPrimitive(1)) : undefined;
  fields.finish();
  if (version > 1) throw invalidKey('PKCS#8 version');
  switch (algorithm.oid) {
    case oids.rsaEncryption:
      checkRsaKey(key.nested());
      return { kind: 'rsa', pkcs8 };
    case oids.ecPublicKey: {
      const curve = namedCurve(algorithm.parameters);
      if (publicKey !== undefined) decodePoint(curve, wholeBitStringValue(publicKey, contextPrimitive(1)));
      checkEcKey(key.nested(), curve);
      return { kind: curve.curve === 'sm2' ? 'sm2' : 'ec', pkcs8 };
    }
    default:
      throw new CodedError('ERR_CRYPTO_ALGORITHM_UNSUPPORTED', { algorithm: algorithm.oid });
  }
}

function namedCurve(parameters: DerNode | undefined): Curve {
  const oid = parameters?.tag === derTag.objectIdentifier ? oidValue(parameters) : 'explicit parameters';
  const curve = curveOfOid(oid);
  if (curve === undefined)
    throw new CodedError('ERR_CRYPTO_ALGORITHM_UNSUPPORTED', { algorithm: `ecPublicKey ${oid}` });
  return curve;
}

/** RSAPrivateKey of RFC 8017 appendix A.1.2, two primes. */
function checkRsaKey(node: DerNode): void {
  const fields = node.sequence();
  if (smallIntegerValue(fields.next()) !== 0) throw invalidKey('RSA key with more than two primes');
  const numbers = fields.rest();
  if (numbers.length !== 8) throw invalidKey('RSA private key');
  for (const number of numbers) if (unsignedIntegerBytes(number).length === 0) throw invalidKey('RSA private key');
}

/**
 * ECPrivateKey of RFC 5915. The scalar must fill the octets of the order: shorter and longer ones with the right value are
 * met in keys written by libraries that treat it as a number, and are accepted.
 */
function checkEcKey(node: DerNode, curve: Curve): void {
  const fields = node.sequence();
  if (smallIntegerValue(fields.next()) !== 1) throw invalidKey('ECPrivateKey version');
  const scalar = octetStringValue(fields.next());
  const parameters = fields.optional(contextConstructed(0));
  const publicKey = fields.optional(contextConstructed(1));
  fields.finish();
  if (parameters !== undefined && namedCurve(parameters.nested()) !== curve) throw invalidKey('curves differ');
  if (publicKey !== undefined) decodePoint(curve, wholeBitStringValue(publicKey.nested()));
  if (!isInRange(scalar, curve)) throw invalidKey('private key out of range');
}

/** Compared as bytes: a key never becomes a number or a text that nobody can wipe. */
function isInRange(scalar: Uint8Array, { curve, n, coordinateLength }: Curve): boolean {
  let start = 0;
  while (start < scalar.length && scalar[start] === 0) start++;
  const digits = scalar.subarray(start);
  const highest = integerToBytes(curve === 'sm2' ? n - 2n : n - 1n, coordinateLength);
  const highestDigits = highest.subarray(highest.findIndex((octet) => octet !== 0));
  if (digits.length !== highestDigits.length) return digits.length > 0 && digits.length < highestDigits.length;
  return compareBytes(digits, highestDigits) <= 0;
}

function invalidKey(detail: string): CodedError {
  return new CodedError('ERR_CRYPTO_KEY_INVALID', { detail });
}
