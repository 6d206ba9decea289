import type { DigestAlgorithm, SignatureAlgorithm } from '@onelock/core/crypto';
import type { SignatureGroup } from './wycheproof-form.ts';

/** What a group asks for in our words, or why we do not do it. */
export type GroupAlgorithm = { readonly algorithm: SignatureAlgorithm } | { readonly unsupported: string };

/** Digests by the name that the suite gives them. */
export const digests: Readonly<Record<string, DigestAlgorithm>> = {
  'SHA-1': 'sha1',
  'SHA-224': 'sha224',
  'SHA-256': 'sha256',
  'SHA-384': 'sha384',
  'SHA-512': 'sha512',
};
const curves: readonly string[] = ['secp256r1', 'secp384r1', 'secp521r1'];
const edwards: Readonly<Record<string, 'ed25519' | 'ed448'>> = { edwards25519: 'ed25519', edwards448: 'ed448' };

export function groupAlgorithm(group: SignatureGroup): GroupAlgorithm {
  if (group.type === 'EddsaVerify') {
    const kind = edwards[group.publicKey.curve];
    return kind === undefined ? { unsupported: `core does not do ${group.publicKey.curve}` } : { algorithm: { kind } };
  }
  const digest = digests[group.sha];
  if (digest === undefined) return { unsupported: `core does not do ${group.sha}` };
  if (group.type === 'RsassaPkcs1Verify') return { algorithm: { kind: 'rsa-pkcs1v15', digest } };
  if (group.type === 'EcdsaVerify' || group.type === 'EcdsaP1363Verify') {
    const { curve } = group.publicKey;
    return curves.includes(curve)
      ? { algorithm: { kind: 'ecdsa', digest } }
      : { unsupported: `core does not do ${curve}` };
  }
  const mgf1Digest = digests[group.mgfSha];
  if (group.mgf !== 'MGF1' || mgf1Digest === undefined)
    return { unsupported: `core does not do ${group.mgf} with ${group.mgfSha}` };
  return { algorithm: { kind: 'rsa-pss', digest, mgf1Digest, saltLength: group.sLen } };
}
