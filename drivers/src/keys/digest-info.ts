import { concatBytes, fromHex } from '@onelock/core/bytes';
import { type DigestAlgorithm, digestLengths } from '@onelock/core/crypto';
import { CodedError } from '@onelock/core/errors';

/** DER of DigestInfo up to the digest itself (RFC 8017 §9.2, note 1; SM3: OID 1.2.156.10197.1.401). */
const prefixes = {
  sha1: '3021300906052b0e03021a05000414',
  sha224: '302d300d06096086480165030402040500041c',
  sha256: '3031300d060960864801650304020105000420',
  sha384: '3041300d060960864801650304020205000430',
  sha512: '3051300d060960864801650304020305000440',
  'sha3-224': '302d300d06096086480165030402070500041c',
  'sha3-256': '3031300d060960864801650304020805000420',
  'sha3-384': '3041300d060960864801650304020905000430',
  'sha3-512': '3051300d060960864801650304020a05000440',
  sm3: '3030300c06082a811ccf5501831105000420',
} as const satisfies Record<DigestAlgorithm, string>;

/**
 * The DigestInfo that RSASSA-PKCS1-v1_5 pads and signs (RFC 8017 §9.2).
 * @throws {CodedError} ERR_REQUEST_INVALID when the digest has the wrong length
 */
export function encodeDigestInfo(algorithm: DigestAlgorithm, digest: Uint8Array): Uint8Array {
  if (digest.length !== digestLengths[algorithm])
    throw new CodedError('ERR_REQUEST_INVALID', { field: 'digest', rule: `${digestLengths[algorithm]} bytes` });
  return concatBytes(fromHex(prefixes[algorithm]), digest);
}
