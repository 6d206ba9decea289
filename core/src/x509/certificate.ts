import type { AlgorithmIdentifier } from '../crypto/algorithm-identifier.ts';
import type { PublicKey } from '../crypto/ops.ts';
import type { AccessDescription } from './extensions/authority-info-access.ts';
import type { AuthorityKeyIdentifier } from './extensions/authority-key-identifier.ts';
import type { BasicConstraints } from './extensions/basic-constraints.ts';
import type { PolicyInformation } from './extensions/certificate-policies.ts';
import type { DistributionPoint } from './extensions/crl-distribution-points.ts';
import type { KeyUsageName } from './extensions/key-usage.ts';
import type { NameConstraints } from './extensions/name-constraints.ts';
import type { PolicyConstraints } from './extensions/policy-constraints.ts';
import type { PolicyMapping } from './extensions/policy-mappings.ts';
import type { PrivateKeyUsagePeriod } from './extensions/private-key-usage-period.ts';
import type { DirectoryAttribute } from './extensions/subject-directory-attributes.ts';
import type { GeneralName } from './general-name.ts';
import type { Name } from './name.ts';

/** One extension, undecoded. */
export interface Extension {
  readonly oid: string;
  readonly critical: boolean;
  /** Contents of the OCTET STRING, itself DER for the standard extensions. */
  readonly value: Uint8Array;
}

/**
 * A parsed X.509 certificate. The structure, names, times, algorithms and the list of extensions were checked when it
 * was parsed; the key and each known extension are decoded when first asked for, and that may throw (see each).
 * All bytes are windows on the input.
 */
export interface Certificate {
  readonly der: Uint8Array;
  /** TBSCertificate exactly as signed. */
  readonly tbs: Uint8Array;
  readonly version: 1 | 2 | 3;
  /** Lower-case hexadecimal without sign octet, at least one octet; a negative number (forbidden, yet met) begins with `-`. */
  readonly serialNumber: string;
  /** Contents of the INTEGER as encoded; RFC 5280 §4.1.2.2 allows CAs at most 20. */
  readonly serialNumberBytes: Uint8Array;
  /** The outer one. */
  readonly signatureAlgorithm: AlgorithmIdentifier;
  /** The inner one, which is signed. */
  readonly tbsSignatureAlgorithm: AlgorithmIdentifier;
  /** RFC 5280 §4.1.1.2: outer and inner must be the same, byte for byte. Whoever trusts the certificate must ask. */
  readonly signatureAlgorithmsMatch: boolean;
  readonly signature: Uint8Array;
  readonly issuer: Name;
  readonly subject: Name;
  readonly issuerDer: Uint8Array;
  readonly subjectDer: Uint8Array;
  /** Subject and issuer are the same, byte for byte (RFC 5280 §6.1): a CA's new key, or a root. */
  readonly isSelfIssued: boolean;
  readonly notBefore: Date;
  readonly notAfter: Date;
  /** SubjectPublicKeyInfo as it came. */
  readonly spki: Uint8Array;
  /** @throws {CodedError} ERR_CRYPTO_KEY_INVALID (e.g. point not on the curve) or ERR_DER_… */
  readonly publicKey: PublicKey;
  readonly extensions: readonly Extension[];
  extension(oid: string): Extension | undefined;

  // Decoded extensions: undefined when absent. Each throws ERR_X509_MALFORMED or ERR_DER_… when present and malformed.
  readonly basicConstraints: BasicConstraints | undefined;
  readonly keyUsage: ReadonlySet<KeyUsageName> | undefined;
  /** Dotted key purposes, at least one. */
  readonly extendedKeyUsage: readonly string[] | undefined;
  readonly subjectKeyIdentifier: Uint8Array | undefined;
  readonly authorityKeyIdentifier: AuthorityKeyIdentifier | undefined;
  readonly subjectAltName: readonly GeneralName[] | undefined;
  readonly issuerAltName: readonly GeneralName[] | undefined;
  readonly nameConstraints: NameConstraints | undefined;
  readonly certificatePolicies: readonly PolicyInformation[] | undefined;
  readonly policyMappings: readonly PolicyMapping[] | undefined;
  readonly policyConstraints: PolicyConstraints | undefined;
  /** Certificates that may follow before anyPolicy means nothing. */
  readonly inhibitAnyPolicy: number | undefined;
  readonly crlDistributionPoints: readonly DistributionPoint[] | undefined;
  /** Where deltas to the CRLs are to be had. */
  readonly freshestCrl: readonly DistributionPoint[] | undefined;
  readonly authorityInfoAccess: readonly AccessDescription[] | undefined;
  readonly subjectInfoAccess: readonly AccessDescription[] | undefined;
  readonly subjectDirectoryAttributes: readonly DirectoryAttribute[] | undefined;
  readonly privateKeyUsagePeriod: PrivateKeyUsagePeriod | undefined;
}
