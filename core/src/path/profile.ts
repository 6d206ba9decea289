import type { DigestAlgorithm, EcCurve } from '../crypto/index.ts';
import type { KeyUsageName } from './path-input.ts';

export type ProfileName = 'rfc5280' | 'rfc5280-strict' | 'tls-server' | 'gm-sign' | 'gm-encrypt' | 'bidding';

/** Keys and digests that are good enough; everything else is ERR_PATH_ALGORITHM_WEAK. */
export interface AlgorithmPolicy {
  readonly digests: readonly DigestAlgorithm[];
  /** Smallest RSA modulus in bits; `refused` where RSA has no place. */
  readonly rsaBits: number | 'refused';
  readonly curves: readonly EcCurve[];
  readonly edwards: 'allowed' | 'refused';
}

/**
 * Rules about what a certificate looks like, beyond RFC 5280 §6 (how a path is validated). Each is one small check in
 * `certificate-rules.ts`; a profile lists those it enforces. The name is what a reason shows as `rule`.
 */
export type CertificateRule =
  | 'serial-number-range'
  | 'authority-key-identifier-present'
  | 'authority-key-identifier-not-critical'
  | 'subject-key-identifier-in-ca'
  | 'subject-key-identifier-not-critical'
  | 'authority-info-access-not-critical'
  | 'basic-constraints-critical-in-ca'
  | 'key-usage-present-in-ca'
  | 'subject-not-empty-in-ca'
  | 'cert-sign-only-in-ca'
  | 'name-constraints-only-in-ca'
  | 'policy-constraints-critical'
  | 'subject-alt-name-critical-without-subject'
  | 'subject-alt-name-well-formed'
  | 'extensions-well-formed'
  | 'end-entity-not-ca'
  | 'subject-alt-name-present'
  | 'subject-alt-name-not-critical-with-subject'
  | 'common-name-in-subject-alt-name'
  | 'extended-key-usage-not-critical'
  | 'extended-key-usage-absent-in-root'
  | 'root-authority-key-identifier-plain'
  | 'rsa-modulus-multiple-of-8';

export interface LeafUsage {
  /** At least one of these bits; empty: none asked for. */
  readonly keyUsageAnyOf: readonly KeyUsageName[];
  /** What a leaf without the keyUsage extension is. */
  readonly keyUsageAbsent: 'allowed' | 'refused';
  /** At least one of these OIDs; empty: none asked for. */
  readonly extendedKeyUsageAnyOf: readonly string[];
  readonly extendedKeyUsageAbsent: 'allowed' | 'refused';
  /** Whether anyExtendedKeyUsage stands for every usage. */
  readonly anyExtendedKeyUsage: 'allowed' | 'refused';
}

/** A profile is data: what a kind of use asks of a path, beyond the algorithm that all share. */
export interface Profile {
  readonly name: ProfileName;
  /** Whether the validity of an anchor's own certificate counts. */
  readonly anchorValidity: 'required' | 'ignored';
  readonly algorithms: AlgorithmPolicy;
  readonly leaf: LeafUsage;
  readonly rules: readonly CertificateRule[];
}
