import type { LeafUsage, Profile, TrustAnchor } from '../path/index.ts';
import { type Authority, defaultRevocationPolicy, type RevocationPolicy } from '../revocation/index.ts';
import type { Certificate } from '../x509/index.ts';

/** An anchor as an issuer. */
export function authorityOf(anchor: TrustAnchor): Authority {
  if (anchor.kind === 'certificate') return authorityOfCertificate(anchor.certificate);
  return { name: anchor.name, publicKey: anchor.publicKey, certificate: undefined };
}

export function authorityOfCertificate(certificate: Certificate): Authority {
  return { name: certificate.subject, publicKey: certificate.publicKey, certificate };
}

/** Profiles that hold certificates to RFC 5280 §4 hold lists to §5. */
const strictProfiles: ReadonlySet<Profile['name']> = new Set(['rfc5280-strict', 'tls-server']);

/** What evidence must be like by a profile. */
export function revocationPolicyOf(profile: Profile): RevocationPolicy {
  const { crl, ...rest } = defaultRevocationPolicy;
  return {
    ...rest,
    crl: { ...crl, form: strictProfiles.has(profile.name) ? 'strict' : 'rfc5280' },
    digests: profile.algorithms.digests,
  };
}

/** The same algorithms and validity, and none of what the profile asks of the leaf it is meant for. */
export function signerProfile(profile: Profile): Profile {
  const leaf: LeafUsage = {
    keyUsageAnyOf: [],
    keyUsageAbsent: 'allowed',
    extendedKeyUsageAnyOf: [],
    extendedKeyUsageAbsent: 'allowed',
    anyExtendedKeyUsage: 'allowed',
  };
  return { ...profile, leaf, rules: [] };
}
