import { oids } from '../asn1/oid-registry.ts';
import type { DerNode } from '../asn1/reader.ts';
import { equalBytes } from '../bytes/compare.ts';
import type { AlgorithmIdentifier } from '../crypto/algorithm-identifier.ts';
import type { PublicKey } from '../crypto/ops.ts';
import { parsePublicKeyNode } from '../crypto/public-key.ts';
import type { Certificate, Extension } from './certificate.ts';
import { parseAlternativeNames } from './extensions/alternative-names.ts';
import { type AccessDescription, parseAuthorityInfoAccess } from './extensions/authority-info-access.ts';
import { type AuthorityKeyIdentifier, parseAuthorityKeyIdentifier } from './extensions/authority-key-identifier.ts';
import { type BasicConstraints, parseBasicConstraints } from './extensions/basic-constraints.ts';
import { type PolicyInformation, parseCertificatePolicies } from './extensions/certificate-policies.ts';
import { type DistributionPoint, parseCrlDistributionPoints } from './extensions/crl-distribution-points.ts';
import { parseExtendedKeyUsage } from './extensions/extended-key-usage.ts';
import { parseInhibitAnyPolicy } from './extensions/inhibit-any-policy.ts';
import { type KeyUsageName, parseKeyUsage } from './extensions/key-usage.ts';
import { type NameConstraints, parseNameConstraints } from './extensions/name-constraints.ts';
import { type PolicyConstraints, parsePolicyConstraints } from './extensions/policy-constraints.ts';
import { type PolicyMapping, parsePolicyMappings } from './extensions/policy-mappings.ts';
import { type PrivateKeyUsagePeriod, parsePrivateKeyUsagePeriod } from './extensions/private-key-usage-period.ts';
import { type DirectoryAttribute, parseSubjectDirectoryAttributes } from './extensions/subject-directory-attributes.ts';
import { parseSubjectKeyIdentifier } from './extensions/subject-key-identifier.ts';
import type { GeneralName } from './general-name.ts';
import type { Name } from './name.ts';
import { formatSerialNumber } from './serial-number.ts';

export interface ParsedExtension extends Extension {
  readonly octets: DerNode;
}

/** What the parser has read; times in milliseconds since 1970. */
export interface CertificateFields {
  readonly der: Uint8Array;
  readonly tbs: Uint8Array;
  readonly version: 1 | 2 | 3;
  readonly serialNumberBytes: Uint8Array;
  readonly signatureAlgorithm: AlgorithmIdentifier;
  readonly tbsSignatureAlgorithm: AlgorithmIdentifier;
  readonly signature: Uint8Array;
  readonly issuer: Name;
  readonly subject: Name;
  readonly notBefore: number;
  readonly notAfter: number;
  readonly spki: DerNode;
  readonly extensions: readonly ParsedExtension[];
}

/** Decodes on demand and remembers what it decoded; a failure is not remembered and repeats. */
export class LazyCertificate implements Certificate {
  private readonly fields: CertificateFields;
  private readonly decoded = new Map<string, unknown>();
  private key: PublicKey | undefined;
  private selfIssued: boolean | undefined;

  constructor(fields: CertificateFields) {
    this.fields = fields;
  }

  get der(): Uint8Array {
    return this.fields.der;
  }
  get tbs(): Uint8Array {
    return this.fields.tbs;
  }
  get version(): 1 | 2 | 3 {
    return this.fields.version;
  }
  get serialNumber(): string {
    return formatSerialNumber(this.fields.serialNumberBytes);
  }
  get serialNumberBytes(): Uint8Array {
    return this.fields.serialNumberBytes;
  }
  get signatureAlgorithm(): AlgorithmIdentifier {
    return this.fields.signatureAlgorithm;
  }
  get tbsSignatureAlgorithm(): AlgorithmIdentifier {
    return this.fields.tbsSignatureAlgorithm;
  }
  get signatureAlgorithmsMatch(): boolean {
    return equalBytes(this.fields.signatureAlgorithm.der, this.fields.tbsSignatureAlgorithm.der);
  }
  get signature(): Uint8Array {
    return this.fields.signature;
  }
  get issuer(): Name {
    return this.fields.issuer;
  }
  get subject(): Name {
    return this.fields.subject;
  }
  get issuerDer(): Uint8Array {
    return this.fields.issuer.der;
  }
  get subjectDer(): Uint8Array {
    return this.fields.subject.der;
  }
  get isSelfIssued(): boolean {
    this.selfIssued ??= equalBytes(this.subjectDer, this.issuerDer);
    return this.selfIssued;
  }
  get notBefore(): Date {
    return new Date(this.fields.notBefore);
  }
  get notAfter(): Date {
    return new Date(this.fields.notAfter);
  }
  get spki(): Uint8Array {
    return this.fields.spki.der;
  }
  get publicKey(): PublicKey {
    this.key ??= parsePublicKeyNode(this.fields.spki);
    return this.key;
  }

  get extensions(): readonly Extension[] {
    return this.fields.extensions;
  }
  extension(oid: string): Extension | undefined {
    return this.find(oid);
  }

  get basicConstraints(): BasicConstraints | undefined {
    return this.decode(oids.basicConstraints, parseBasicConstraints);
  }
  get keyUsage(): ReadonlySet<KeyUsageName> | undefined {
    return this.decode(oids.keyUsage, parseKeyUsage);
  }
  get extendedKeyUsage(): readonly string[] | undefined {
    return this.decode(oids.extendedKeyUsage, parseExtendedKeyUsage);
  }
  get subjectKeyIdentifier(): Uint8Array | undefined {
    return this.decode(oids.subjectKeyIdentifier, parseSubjectKeyIdentifier);
  }
  get authorityKeyIdentifier(): AuthorityKeyIdentifier | undefined {
    return this.decode(oids.authorityKeyIdentifier, parseAuthorityKeyIdentifier);
  }
  get subjectAltName(): readonly GeneralName[] | undefined {
    return this.decode(oids.subjectAltName, parseAlternativeNames);
  }
  get issuerAltName(): readonly GeneralName[] | undefined {
    return this.decode(oids.issuerAltName, parseAlternativeNames);
  }
  get nameConstraints(): NameConstraints | undefined {
    return this.decode(oids.nameConstraints, parseNameConstraints);
  }
  get certificatePolicies(): readonly PolicyInformation[] | undefined {
    return this.decode(oids.certificatePolicies, parseCertificatePolicies);
  }
  get policyMappings(): readonly PolicyMapping[] | undefined {
    return this.decode(oids.policyMappings, parsePolicyMappings);
  }
  get policyConstraints(): PolicyConstraints | undefined {
    return this.decode(oids.policyConstraints, parsePolicyConstraints);
  }
  get inhibitAnyPolicy(): number | undefined {
    return this.decode(oids.inhibitAnyPolicy, parseInhibitAnyPolicy);
  }
  get crlDistributionPoints(): readonly DistributionPoint[] | undefined {
    return this.decode(oids.crlDistributionPoints, parseCrlDistributionPoints);
  }
  get authorityInfoAccess(): readonly AccessDescription[] | undefined {
    return this.decode(oids.authorityInfoAccess, parseAuthorityInfoAccess);
  }
  get freshestCrl(): readonly DistributionPoint[] | undefined {
    return this.decode(oids.freshestCrl, parseCrlDistributionPoints);
  }
  get subjectInfoAccess(): readonly AccessDescription[] | undefined {
    return this.decode(oids.subjectInfoAccess, parseAuthorityInfoAccess);
  }
  get subjectDirectoryAttributes(): readonly DirectoryAttribute[] | undefined {
    return this.decode(oids.subjectDirectoryAttributes, parseSubjectDirectoryAttributes);
  }
  get privateKeyUsagePeriod(): PrivateKeyUsagePeriod | undefined {
    return this.decode(oids.privateKeyUsagePeriod, parsePrivateKeyUsagePeriod);
  }

  private find(oid: string): ParsedExtension | undefined {
    for (const extension of this.fields.extensions) if (extension.oid === oid) return extension;
    return undefined;
  }

  /** Each identifier has one parser, so what is remembered under it has that parser's type. */
  private decode<Value>(oid: string, parse: (node: DerNode) => Value): Value | undefined {
    const remembered = this.decoded.get(oid);
    if (remembered !== undefined) return remembered as Value;
    const extension = this.find(oid);
    if (extension === undefined) return undefined;
    const value = parse(extension.octets.nested());
    this.decoded.set(oid, value);
    return value;
  }
}
