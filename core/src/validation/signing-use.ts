import { digestsOf, type SignatureAlgorithm } from '../crypto/index.ts';
import { type Profile, type ProfileName, profiles } from '../path/index.ts';
import type { Verdict } from '../verdict/index.ts';
import type { KeyUsageName } from '../x509/index.ts';

/** Any one of these lets a key sign data (RFC 5280 §4.2.1.3); an encryption certificate has neither. */
export const signingKeyUsage: readonly KeyUsageName[] = ['digitalSignature', 'nonRepudiation'];

/** The verdict on a signature whose algorithm the profile no longer accepts; undefined when it does. */
export function weakSignature(algorithm: SignatureAlgorithm, profile: ProfileName | Profile): Verdict | undefined {
  const { digests } = (typeof profile === 'string' ? profiles[profile] : profile).algorithms;
  const weak = digestsOf(algorithm).find((digest) => !digests.includes(digest));
  if (weak === undefined) return undefined;
  const reason = {
    code: 'ERR_SIGNATURE_ALGORITHM_WEAK',
    params: { algorithm: `${algorithm.kind} ${weak}` },
  } as const;
  return { indication: 'failed', reason };
}

/** An algorithm for people: `sm2-sm3`, `rsa-pkcs1v15 sha256`. */
export function describeAlgorithm(algorithm: SignatureAlgorithm): string {
  return [algorithm.kind, ...('digest' in algorithm ? [algorithm.digest] : [])].join(' ');
}
