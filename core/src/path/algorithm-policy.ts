import { oids } from '../asn1/index.ts';
import { digestsOf, type PublicKey, type SignatureAlgorithm } from '../crypto/index.ts';
import type { Certificate } from '../x509/index.ts';
import { type PathProblem, problemOf } from './problem.ts';
import type { AlgorithmPolicy } from './profile.ts';

/** Digests too weak to be engines of ours at all; named so that the reason says `weak` and not `unsupported`. */
const brokenSignatures: ReadonlyMap<string, string> = new Map([
  ['1.2.840.113549.1.1.2', 'md2WithRSAEncryption'],
  ['1.2.840.113549.1.1.3', 'md4WithRSAEncryption'],
  [oids.md5WithRsaEncryption, 'md5WithRSAEncryption'],
]);

/** A signature whose very OID is known to be broken, whoever made it. */
export function checkSignatureNotBroken(certificate: Certificate): PathProblem | undefined {
  const algorithm = brokenSignatures.get(certificate.signatureAlgorithm.oid);
  return algorithm === undefined ? undefined : problemOf(certificate, 'ERR_PATH_ALGORITHM_WEAK', { algorithm });
}

/** Whether the profile lets a certificate be signed like this. */
export function checkSignatureStrength(
  certificate: Certificate,
  algorithm: SignatureAlgorithm,
  policy: AlgorithmPolicy,
): PathProblem | undefined {
  for (const digest of digestsOf(algorithm))
    if (!policy.digests.includes(digest))
      return problemOf(certificate, 'ERR_PATH_ALGORITHM_WEAK', { algorithm: `${algorithm.kind} ${digest}` });
  return undefined;
}

/** Whether the profile lets this key stand in a path. @param certificate the one to name as at fault */
export function checkKeyStrength(
  certificate: Certificate,
  key: PublicKey,
  policy: AlgorithmPolicy,
): PathProblem | undefined {
  const weakness = weaknessOf(key, policy);
  return weakness === undefined
    ? undefined
    : problemOf(certificate, 'ERR_PATH_ALGORITHM_WEAK', { algorithm: weakness });
}

function weaknessOf(key: PublicKey, policy: AlgorithmPolicy): string | undefined {
  switch (key.kind) {
    case 'rsa':
      if (policy.rsaBits === 'refused') return 'rsa';
      if (key.modulusBits < policy.rsaBits) return `rsa ${key.modulusBits}`;
      return key.publicExponent < 3n || key.publicExponent % 2n === 0n ? 'rsa exponent' : undefined;
    case 'sm2':
      return policy.curves.includes('sm2') ? undefined : 'sm2';
    case 'ec':
      return policy.curves.includes(key.curve) ? undefined : key.curve;
    case 'ed25519':
    case 'ed448':
      return policy.edwards === 'allowed' ? undefined : key.kind;
    case 'unsupported':
      return policy.unsupportedKeys === 'allowed-in-leaf' ? undefined : key.algorithm;
  }
}
