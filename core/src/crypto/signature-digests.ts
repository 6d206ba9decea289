import type { DigestAlgorithm, SignatureAlgorithm } from './ops.ts';

/** The digests that a signature stands on, for rules about weak ones; none where the scheme has no choice to make. */
export function digestsOf(algorithm: SignatureAlgorithm): readonly DigestAlgorithm[] {
  switch (algorithm.kind) {
    case 'sm2-sm3':
      return ['sm3'];
    case 'ed25519':
    case 'ed448':
      return [];
    case 'rsa-pss':
      return [algorithm.digest, algorithm.mgf1Digest];
    default:
      return [algorithm.digest];
  }
}
