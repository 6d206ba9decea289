import {
  contextConstructed,
  derInteger,
  derNull,
  derOctetString,
  derOid,
  derSequence,
  derTag,
  oids,
  oidValue,
  readDer,
  smallIntegerValue,
} from '../asn1/index.ts';
import { type PrivateKey, parsePrivateKey } from '../crypto/index.ts';
import { CodedError } from '../errors/index.ts';

/** RSAPrivateKey of PKCS#1 (RFC 8017 appendix A.1.2), as PKCS#8. @throws {CodedError} ERR_CRYPTO_KEY_INVALID, ERR_DER_… */
export function parseRsaPrivateKey(der: Uint8Array): PrivateKey {
  return parsePrivateKey(pkcs8Of(derSequence(derOid(oids.rsaEncryption), derNull()), der));
}

/**
 * ECPrivateKey of RFC 5915, as PKCS#8; the curve must be named inside.
 *
 * @throws {CodedError} ERR_CRYPTO_KEY_INVALID, ERR_CRYPTO_ALGORITHM_UNSUPPORTED, ERR_KEY_FILE_MALFORMED, ERR_DER_…
 */
export function parseEcPrivateKey(der: Uint8Array): PrivateKey {
  const node = readDer(der);
  const fields = node.sequence();
  smallIntegerValue(fields.next(), 1);
  fields.read(derTag.octetString);
  const parameters = fields.optional(contextConstructed(0));
  if (parameters === undefined) throw new CodedError('ERR_KEY_FILE_MALFORMED', { field: 'parameters', offset: 0 });
  const curve = oidValue(parameters.nested());
  return parsePrivateKey(pkcs8Of(derSequence(derOid(oids.ecPublicKey), derOid(curve)), der));
}

/** SM2's PKCS#8 around a scalar of 32 octets, without the public key, which an engine then computes. */
export function sm2PrivateKey(scalar: Uint8Array): PrivateKey {
  const inner = derSequence(derInteger(1), derOctetString(scalar));
  return parsePrivateKey(pkcs8Of(derSequence(derOid(oids.ecPublicKey), derOid(oids.sm2)), inner));
}

function pkcs8Of(algorithm: Uint8Array, key: Uint8Array): Uint8Array {
  return derSequence(derInteger(0), algorithm, derOctetString(key));
}
