import type { DigestAlgorithm, EcCurve } from '../crypto/index.ts';
import type { KeyUsageName } from '../x509/index.ts';
import type { CertificateRule } from './certificate-rules.ts';

export type ProfileName =
  | 'rfc5280'
  | 'rfc5280-strict'
  | 'tls-server'
  | 'gm-sign'
  | 'gm-encrypt'
  | 'bidding'
  | 'time-stamping'
  | 'code-signing';

/** Keys and digests that are good enough; everything else is ERR_PATH_ALGORITHM_WEAK. */
export interface AlgorithmPolicy {
  readonly digests: readonly DigestAlgorithm[];
  /** Smallest RSA modulus in bits; `refused` where RSA has no place. */
  readonly rsaBits: number | 'refused';
  readonly curves: readonly EcCurve[];
  readonly edwards: 'allowed' | 'refused';
  /** A leaf's own key need not be one we can use for the path to be valid. An issuer's key must be. */
  readonly unsupportedKeys: 'allowed-in-leaf' | 'refused';
}

/** What the leaf must be allowed to do. */
export interface LeafUsage {
  /** At least one of these bits; empty: none asked for. */
  readonly keyUsageAnyOf: readonly KeyUsageName[];
  /** What a leaf without the keyUsage extension is, when bits are asked for. */
  readonly keyUsageAbsent: 'allowed' | 'refused';
  /** At least one of these OIDs; empty: none asked for. */
  readonly extendedKeyUsageAnyOf: readonly string[];
  /** What a leaf without the extendedKeyUsage extension is, when purposes are asked for. */
  readonly extendedKeyUsageAbsent: 'allowed' | 'refused';
  /** Whether anyExtendedKeyUsage in a leaf stands for every purpose. */
  readonly anyExtendedKeyUsage: 'allowed' | 'refused';
}

/** A profile is data: what a kind of use asks of a path, beyond the algorithm that all share. */
export interface Profile {
  readonly name: ProfileName;
  /** Whether the validity of an anchor's own certificate counts. */
  readonly anchorValidity: 'required' | 'ignored';
  readonly algorithms: AlgorithmPolicy;
  readonly leaf: LeafUsage;
  /** What certificates must look like, beyond RFC 5280 §6. */
  readonly rules: readonly CertificateRule[];
}
