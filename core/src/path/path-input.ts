import type { PublicKey } from '../crypto/index.ts';
import type { Certificate, KeyUsageName, Name, NameConstraints } from '../x509/index.ts';
import type { BudgetLimits } from './budget.ts';
import type { PolicyRequirements } from './policy-requirements.ts';
import type { Profile, ProfileName } from './profile.ts';

/**
 * Whom the caller trusts, and the only source of trust: certificates that arrive inside a message are never anchors.
 * RFC 5280 §6.1.1 (d): a name and a key, or a certificate whose constraints are then honoured as well.
 */
export type TrustAnchor = { readonly limits?: AnchorLimits | undefined } & (
  | { readonly kind: 'certificate'; readonly certificate: Certificate }
  | { readonly kind: 'name-and-key'; readonly name: Name; readonly publicKey: PublicKey }
);

/** How far the caller trusts an anchor, beyond what its own certificate says (RFC 5914 §2, CertPathControls). */
export interface AnchorLimits {
  readonly nameConstraints?: NameConstraints | undefined;
  /** Most intermediates below it that are not self-issued. */
  readonly pathLength?: number | undefined;
}

/** The name that the leaf must bear in its subjectAltName; the common name is never looked at. */
export type PeerName =
  | { readonly kind: 'dns'; readonly value: string }
  | { readonly kind: 'ip'; readonly value: string }
  | { readonly kind: 'email'; readonly value: string };

/** Everything a path validation depends on. The same input always gives the same report. */
export interface PathInput {
  readonly leaf: Certificate;
  /** Candidates for the certificates between leaf and anchor, in any order; useless ones do no harm. */
  readonly intermediates: readonly Certificate[];
  readonly trustAnchors: readonly TrustAnchor[];
  /** The instant for which the question is asked. */
  readonly at: Date;
  readonly profile: ProfileName | Profile;
  readonly peerName?: PeerName | undefined;
  /** Bits the leaf must have, in addition to what the profile asks for. */
  readonly keyUsage?: readonly KeyUsageName[] | undefined;
  /** Bits of which the leaf must have one, where its key usage is limited at all. */
  readonly keyUsageAnyOf?: readonly KeyUsageName[] | undefined;
  /** OIDs in dotted form, any one of which suffices, in addition to what the profile asks for. */
  readonly extendedKeyUsage?: readonly string[] | undefined;
  /** Most intermediates that are not self-issued; no limit but the budget's when absent. */
  readonly maxIntermediates?: number | undefined;
  readonly policies?: PolicyRequirements | undefined;
  readonly budget?: Partial<BudgetLimits> | undefined;
}
