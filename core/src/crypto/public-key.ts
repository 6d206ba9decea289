import { oidValue } from '../asn1/object-identifier.ts';
import { oidName, oids } from '../asn1/oid-registry.ts';
import { type DerNode, readDer } from '../asn1/reader.ts';
import { derTag } from '../asn1/tags.ts';
import { unsignedIntegerBytes, wholeBitStringValue } from '../asn1/values.ts';
import { CodedError } from '../errors/coded-error.ts';
import { type AlgorithmIdentifier, parseAlgorithmIdentifier } from './algorithm-identifier.ts';
import { curveOfOid, curves } from './curves.ts';
import { integerFromBytes } from './integer.ts';
import type { PublicKey } from './ops.ts';
import { decodePoint } from './point.ts';
import { parsePssParameters } from './rsa-pss-parameters.ts';

/** Beyond these a verification is an attack on our time; OpenSSL draws the same lines. */
const maxModulusBits = 16_384;
const maxExponentBits = 64;

/**
 * Parses a SubjectPublicKeyInfo (RFC 5280 §4.1.2.7) and proves what can be proved about the key: a point lies on its curve
 * and is not infinity, a modulus is odd, a public exponent is odd and at least 3. A well-formed key of an algorithm that we
 * do not do, explicit curve parameters among them, is of kind `unsupported`.
 *
 * @param spki  DER; kept, not copied
 * @throws {CodedError} ERR_CRYPTO_KEY_INVALID, ERR_DER_…
 */
export function parsePublicKey(spki: Uint8Array): PublicKey {
  return parsePublicKeyNode(readDer(spki));
}

/** {@link parsePublicKey} of a value inside a larger structure. */
export function parsePublicKeyNode(node: DerNode): PublicKey {
  const spki = node.der;
  const fields = node.sequence();
  const algorithm = parseAlgorithmIdentifier(fields.next());
  const bits = fields.read(derTag.bitString);
  fields.finish();
  const key = wholeBitStringValue(bits);
  switch (algorithm.oid) {
    case oids.rsaEncryption:
      if (algorithm.parameters?.tag !== derTag.null) throw invalidKey('RSA parameters must be NULL');
      return parseRsaKey(spki, bits);
    case oids.rsassaPss:
      return {
        ...parseRsaKey(spki, bits),
        pss: algorithm.parameters === undefined ? 'any' : parsePssParameters(algorithm),
      };
    case oids.ecPublicKey:
      return parseEcKey(spki, algorithm, key);
    case oids.sm2:
      return parseSm2Key(spki, algorithm, key);
    case oids.ed25519:
      return parseEdwardsKey(spki, algorithm, key, 'ed25519', 32);
    case oids.ed448:
      return parseEdwardsKey(spki, algorithm, key, 'ed448', 57);
    default:
      return { kind: 'unsupported', spki, algorithm: oidName(algorithm.oid) ?? algorithm.oid };
  }
}

function parseRsaKey(spki: Uint8Array, bits: DerNode): Extract<PublicKey, { kind: 'rsa' }> {
  const fields = bits.nested(1).sequence();
  const modulus = unsignedIntegerBytes(fields.next());
  const exponent = unsignedIntegerBytes(fields.next());
  fields.finish();
  const modulusBits = bitLength(modulus);
  if (((modulus[modulus.length - 1] ?? 0) & 1) === 0) throw invalidKey('RSA modulus is even');
  if (modulusBits > maxModulusBits) throw invalidKey('RSA modulus is too large');
  if (bitLength(exponent) > maxExponentBits) throw invalidKey('RSA public exponent is too large');
  const publicExponent = integerFromBytes(exponent);
  if (publicExponent < 3n || (publicExponent & 1n) === 0n)
    throw invalidKey('RSA public exponent must be odd and at least 3');
  if (modulusBits <= bitLength(exponent)) throw invalidKey('RSA modulus is too small');
  return { kind: 'rsa', spki, modulusBits, publicExponent };
}

function parseEcKey(spki: Uint8Array, algorithm: AlgorithmIdentifier, key: Uint8Array): PublicKey {
  const { parameters } = algorithm;
  if (parameters === undefined) throw invalidKey('EC parameters are absent');
  if (parameters.tag !== derTag.objectIdentifier)
    return { kind: 'unsupported', spki, algorithm: 'ecPublicKey with explicit parameters' };
  const curveOid = oidValue(parameters);
  const curve = curveOfOid(curveOid);
  if (curve === undefined) return { kind: 'unsupported', spki, algorithm: `ecPublicKey ${curveOid}` };
  const point = decodePoint(curve, key);
  return curve.curve === 'sm2' ? { kind: 'sm2', spki, point } : { kind: 'ec', spki, curve: curve.curve, point };
}

/** The curve itself as algorithm, with or without saying it again: what some OpenSSL 3 versions write for SM2. */
function parseSm2Key(spki: Uint8Array, { parameters }: AlgorithmIdentifier, key: Uint8Array): PublicKey {
  const repeatsCurve = parameters?.tag === derTag.objectIdentifier && oidValue(parameters) === oids.sm2;
  if (parameters !== undefined && parameters.tag !== derTag.null && !repeatsCurve) throw invalidKey('SM2 parameters');
  return { kind: 'sm2', spki, point: decodePoint(curves.sm2, key) };
}

function parseEdwardsKey(
  spki: Uint8Array,
  algorithm: AlgorithmIdentifier,
  key: Uint8Array,
  kind: 'ed25519' | 'ed448',
  length: number,
): PublicKey {
  if (algorithm.parameters !== undefined) throw invalidKey(`${kind} parameters must be absent`);
  if (key.length !== length) throw invalidKey(`${kind} key has ${key.length} bytes`);
  return { kind, spki };
}

/** Bits of a magnitude without leading zero octets. */
function bitLength(magnitude: Uint8Array): number {
  return magnitude.length === 0 ? 0 : magnitude.length * 8 - Math.clz32(magnitude[0] ?? 0) + 24;
}

function invalidKey(detail: string): CodedError {
  return new CodedError('ERR_CRYPTO_KEY_INVALID', { detail });
}
