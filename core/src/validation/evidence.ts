import type { BudgetLimits, PeerName, PolicyRequirements, Profile, ProfileName, TrustAnchor } from '../path/index.ts';
import type { RevocationPolicy } from '../revocation/index.ts';
import type { Certificate, KeyUsageName } from '../x509/index.ts';
import type { RevocationMode } from './report.ts';

/** What trust in a certificate is judged by; shared by all judgements. */
export interface TrustEvidence {
  readonly intermediates: readonly Certificate[];
  readonly trustAnchors: readonly TrustAnchor[];
  readonly at: Date;
  readonly profile: ProfileName | Profile;
  readonly revocation: RevocationMode;
  /** DER. */
  readonly crls?: readonly Uint8Array[] | undefined;
  /** DER. */
  readonly ocspResponses?: readonly Uint8Array[] | undefined;
  /** Sent with the OCSP request; responses with another one are not used. */
  readonly ocspNonce?: Uint8Array | undefined;
  /** What revocation evidence must be like, where it differs from what the profile asks. */
  readonly revocationPolicy?: Partial<RevocationPolicy> | undefined;
  readonly peerName?: PeerName | undefined;
  readonly keyUsage?: readonly KeyUsageName[] | undefined;
  readonly keyUsageAnyOf?: readonly KeyUsageName[] | undefined;
  readonly extendedKeyUsage?: readonly string[] | undefined;
  readonly maxIntermediates?: number | undefined;
  readonly policies?: PolicyRequirements | undefined;
  /** How much work a path may cost, where it is less than usual. */
  readonly budget?: Partial<BudgetLimits> | undefined;
}
