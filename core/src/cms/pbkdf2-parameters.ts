import { derTag, octetStringValue, oidName, oids, smallIntegerValue } from '../asn1/index.ts';
import { type AlgorithmIdentifier, type DigestAlgorithm, parseAlgorithmIdentifier } from '../crypto/index.ts';
import { CodedError } from '../errors/index.ts';

export interface Pbkdf2Parameters {
  readonly digest: DigestAlgorithm;
  readonly salt: Uint8Array;
  readonly iterations: number;
}

const pseudoRandomFunctions: ReadonlyMap<string, DigestAlgorithm> = new Map([
  [oids.hmacWithSha1, 'sha1'],
  [oids.hmacWithSha224, 'sha224'],
  [oids.hmacWithSha256, 'sha256'],
  [oids.hmacWithSha384, 'sha384'],
  [oids.hmacWithSha512, 'sha512'],
  [oids.hmacWithSm3, 'sm3'],
  [oids.hmacSm3, 'sm3'],
  [oids.sm3, 'sm3'],
]);

/**
 * PBKDF2-params of RFC 8018 appendix A.2, and GM/T 0091's name of the same; the salt may not come from elsewhere.
 *
 * @param cipherKeyLength  what the key is for; a length that is stated must be this one
 * @param malformed  the error of whoever reads the file or message
 * @throws {CodedError} that error, ERR_CRYPTO_ALGORITHM_UNSUPPORTED, ERR_DER_…
 */
export function parsePbkdf2(
  { oid, parameters }: AlgorithmIdentifier,
  cipherKeyLength: number,
  malformed: (field: string, offset: number) => CodedError,
): Pbkdf2Parameters {
  if ((oid !== oids.pbkdf2 && oid !== oids.gmtPbkdf) || parameters === undefined) throw unsupported(oid);
  const fields = parameters.sequence();
  const salt = octetStringValue(fields.next());
  const iterations = smallIntegerValue(fields.next());
  const keyLength = fields.optional(derTag.integer);
  const prf = fields.optional(derTag.sequence);
  fields.finish();
  if (iterations === 0 || salt.length > 1024) throw malformed('PBKDF2', parameters.offset);
  if (keyLength !== undefined && smallIntegerValue(keyLength) !== cipherKeyLength)
    throw malformed('PBKDF2.keyLength', keyLength.offset);
  const functionOid = prf === undefined ? oids.hmacWithSha1 : parseAlgorithmIdentifier(prf).oid;
  const digest = pseudoRandomFunctions.get(functionOid);
  if (digest === undefined) throw unsupported(functionOid);
  return { digest, salt, iterations };
}

function unsupported(oid: string): CodedError {
  return new CodedError('ERR_CRYPTO_ALGORITHM_UNSUPPORTED', { algorithm: oidName(oid) ?? oid });
}
