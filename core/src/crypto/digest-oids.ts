import { oids } from '../asn1/oid-registry.ts';
import type { DigestAlgorithm } from './ops.ts';

/** Dotted identifier of each digest we do. */
export const digestOids: Readonly<Record<DigestAlgorithm, string>> = {
  sm3: oids.sm3,
  sha1: oids.sha1,
  sha224: oids.sha224,
  sha256: oids.sha256,
  sha384: oids.sha384,
  sha512: oids.sha512,
  'sha3-224': oids.sha3With224,
  'sha3-256': oids.sha3With256,
  'sha3-384': oids.sha3With384,
  'sha3-512': oids.sha3With512,
};

const byOid: ReadonlyMap<string, DigestAlgorithm> = new Map([
  ...(Object.keys(digestOids) as DigestAlgorithm[]).map((name): [string, DigestAlgorithm] => [digestOids[name], name]),
  [oids.sm3Keyless, 'sm3'],
]);

/** The digest of an identifier, or undefined when it is none of ours (MD5 is not). */
export function digestOfOid(oid: string): DigestAlgorithm | undefined {
  return byOid.get(oid);
}

/** Octets of a digest. */
export const digestLengths: Readonly<Record<DigestAlgorithm, number>> = {
  sm3: 32,
  sha1: 20,
  sha224: 28,
  sha256: 32,
  sha384: 48,
  sha512: 64,
  'sha3-224': 28,
  'sha3-256': 32,
  'sha3-384': 48,
  'sha3-512': 64,
};
