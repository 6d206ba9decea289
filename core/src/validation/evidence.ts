import type { BudgetLimits, PeerName, PolicyRequirements, Profile, ProfileName, TrustAnchor } from '../path/index.ts';
import type { CertificateList, RevocationPolicy } from '../revocation/index.ts';
import type { Reason } from '../verdict/index.ts';
import type { Certificate, KeyUsageName } from '../x509/index.ts';
import type { RevocationMode } from './report.ts';

export interface UnansweredSource {
  /** DER of the issuer's name, as the certificates in question have it. */
  readonly issuer: Uint8Array;
  /** What became of it. */
  readonly reason: Reason;
}

/** What trust in a certificate is judged by; shared by all judgements. */
export interface TrustEvidence {
  readonly intermediates: readonly Certificate[];
  readonly trustAnchors: readonly TrustAnchor[];
  readonly at: Date;
  readonly profile: ProfileName | Profile;
  readonly revocation: RevocationMode;
  /** DER, or parsed already. */
  readonly crls?: readonly (Uint8Array | CertificateList)[] | undefined;
  /** DER. */
  readonly ocspResponses?: readonly Uint8Array[] | undefined;
  /**
   * Sources that were asked and gave nothing that could be used. What no other evidence decides about certificates of that
   * issuer stays open in every mode but `none`.
   */
  readonly unanswered?: readonly UnansweredSource[] | undefined;
  /**
   * Responders whom the judge trusts by choice to answer about any certificate (RFC 6960 §4.2.2.2, item 1), while their
   * certificates are valid; none when absent.
   */
  readonly trustedResponders?: readonly Certificate[] | undefined;
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
