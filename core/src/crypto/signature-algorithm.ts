import { oidName, oids } from '../asn1/oid-registry.ts';
import { DerNode, readDer } from '../asn1/reader.ts';
import { derTag } from '../asn1/tags.ts';
import { CodedError } from '../errors/coded-error.ts';
import { type AlgorithmIdentifier, parseAlgorithmIdentifier } from './algorithm-identifier.ts';
import { type DigestAlgorithm, type PublicKey, type SignatureAlgorithm, sm2DefaultUserId } from './ops.ts';
import { parsePssParameters } from './rsa-pss-parameters.ts';

const ecdsaDigests: ReadonlyMap<string, DigestAlgorithm> = new Map([
  [oids.ecdsaWithSha1, 'sha1'],
  [oids.ecdsaWithSha224, 'sha224'],
  [oids.ecdsaWithSha256, 'sha256'],
  [oids.ecdsaWithSha384, 'sha384'],
  [oids.ecdsaWithSha512, 'sha512'],
  [oids.ecdsaWithSha3With224, 'sha3-224'],
  [oids.ecdsaWithSha3With256, 'sha3-256'],
  [oids.ecdsaWithSha3With384, 'sha3-384'],
  [oids.ecdsaWithSha3With512, 'sha3-512'],
]);

/** 502 and 504 mean SM2 with other digests to one library; with an RSA key they can only mean RSA with SM3. */
const rsaDigests: ReadonlyMap<string, DigestAlgorithm> = new Map([
  [oids.sha1WithRsaEncryption, 'sha1'],
  [oids.sha224WithRsaEncryption, 'sha224'],
  [oids.sha256WithRsaEncryption, 'sha256'],
  [oids.sha384WithRsaEncryption, 'sha384'],
  [oids.sha512WithRsaEncryption, 'sha512'],
  [oids.rsaWithSha3With224, 'sha3-224'],
  [oids.rsaWithSha3With256, 'sha3-256'],
  [oids.rsaWithSha3With384, 'sha3-384'],
  [oids.rsaWithSha3With512, 'sha3-512'],
  [oids.rsaWithSm3, 'sm3'],
  [oids.rsaWithSm3Old, 'sm3'],
]);

/** sm2-with-sm3, and the identifiers by which messages and some libraries mean the same. */
const sm2Oids: ReadonlySet<string> = new Set([oids.sm2WithSm3, oids.sm2Sign, oids.sm2]);

/**
 * Which computation an AlgorithmIdentifier asks of this key. The key's kind decides and the identifier must agree: an SM2
 * key never verifies plain ECDSA, and the other way round.
 *
 * @param algorithm  its DER, its node, or the identifier parsed
 * @param sm2UserId  hashed into ZA for an SM2 key, otherwise unused. Give the empty array to mean the empty id.
 * @throws {CodedError} ERR_SIGNATURE_ALGORITHM_MISMATCH when the key cannot make such signatures,
 *   ERR_CRYPTO_ALGORITHM_UNSUPPORTED when we cannot check them, ERR_DER_…
 */
export function parseSignatureAlgorithm(
  algorithm: Uint8Array | DerNode | AlgorithmIdentifier,
  key: PublicKey,
  sm2UserId: Uint8Array = sm2DefaultUserId,
): SignatureAlgorithm {
  const identifier = identifierOf(algorithm);
  switch (key.kind) {
    case 'sm2':
      if (!sm2Oids.has(identifier.oid)) throw refusal(identifier, key);
      requireAbsentOrNull(identifier);
      return { kind: 'sm2-sm3', userId: sm2UserId };
    case 'rsa':
      return rsaAlgorithm(identifier, key);
    case 'ec': {
      const digest = ecdsaDigests.get(identifier.oid);
      if (digest === undefined) throw refusal(identifier, key);
      requireAbsent(identifier);
      return { kind: 'ecdsa', digest };
    }
    case 'ed25519':
    case 'ed448':
      if (identifier.oid !== oids[key.kind]) throw refusal(identifier, key);
      requireAbsent(identifier);
      return { kind: key.kind };
    case 'unsupported':
      throw new CodedError('ERR_CRYPTO_ALGORITHM_UNSUPPORTED', { algorithm: key.algorithm });
  }
}

function identifierOf(algorithm: Uint8Array | DerNode | AlgorithmIdentifier): AlgorithmIdentifier {
  if (algorithm instanceof Uint8Array) return parseAlgorithmIdentifier(readDer(algorithm));
  return algorithm instanceof DerNode ? parseAlgorithmIdentifier(algorithm) : algorithm;
}

function rsaAlgorithm(
  identifier: AlgorithmIdentifier,
  key: Extract<PublicKey, { readonly kind: 'rsa' }>,
): SignatureAlgorithm {
  if (identifier.oid === oids.rsassaPss) return { kind: 'rsa-pss', ...parsePssParameters(identifier) };
  const digest = rsaDigests.get(identifier.oid);
  if (digest === undefined || key.pss !== undefined) throw refusal(identifier, key);
  requireAbsentOrNull(identifier);
  return { kind: 'rsa-pkcs1v15', digest };
}

const belongsToOtherKeys = (oid: string): boolean =>
  sm2Oids.has(oid) ||
  ecdsaDigests.has(oid) ||
  rsaDigests.has(oid) ||
  oid === oids.rsassaPss ||
  oid === oids.ed25519 ||
  oid === oids.ed448;

function refusal({ oid }: AlgorithmIdentifier, key: PublicKey): CodedError {
  const algorithm = oidName(oid) ?? oid;
  return belongsToOtherKeys(oid)
    ? new CodedError('ERR_SIGNATURE_ALGORITHM_MISMATCH', { algorithm, key: key.kind })
    : new CodedError('ERR_CRYPTO_ALGORITHM_UNSUPPORTED', { algorithm });
}

/** RFC 4055 §5 for RSA; for SM2 certificates leave parameters away and messages write NULL. */
function requireAbsentOrNull(identifier: AlgorithmIdentifier): void {
  const { parameters } = identifier;
  if (parameters !== undefined && (parameters.tag !== derTag.null || parameters.contentLength !== 0))
    throw unsupportedParameters(identifier);
}

/** RFC 5758 §3.2 and RFC 8410 §3. */
function requireAbsent(identifier: AlgorithmIdentifier): void {
  if (identifier.parameters !== undefined) throw unsupportedParameters(identifier);
}

function unsupportedParameters({ oid }: AlgorithmIdentifier): CodedError {
  return new CodedError('ERR_CRYPTO_ALGORITHM_UNSUPPORTED', { algorithm: `${oidName(oid) ?? oid} with parameters` });
}
