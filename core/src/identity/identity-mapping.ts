import { oids } from '../asn1/index.ts';
import { type Certificate, nameAttributes } from '../x509/index.ts';
import type { IdentitySource } from './subject-identity.ts';

/** How a value is taken out of a text. */
export type IdentityReading =
  /** All of it. */
  | 'whole'
  /** Without `NTRCN-` or the like in front (ETSI EN 319 412-1 §5.1.4). */
  | 'after-scheme'
  /** The second part of `041@0<number>@<name>@<count>`, with and without the digit for its kind in front. */
  | 'second-part';

/** One place to look, as data. */
export interface IdentityPlace {
  readonly source: IdentitySource;
  /** Dotted: extensions of the certificate, or attributes of its subject. */
  readonly in: 'extension' | 'subject';
  readonly oids: readonly string[];
  readonly reading: IdentityReading;
}

/** Where one CA puts the company's code, before the usual places are looked at. */
export interface IdentityMapping {
  /** For people. */
  readonly authority: string;
  /** Text that an attribute of the issuer's name contains, without case. */
  readonly issuer: { readonly oid: string; readonly contains: string };
  readonly places: readonly IdentityPlace[];
  /** The CA puts it here and nowhere else: what applicants could choose, a unit or a name, says nothing then. */
  readonly exclusive?: boolean | undefined;
  /** Where this is known from. */
  readonly evidence: string;
}

const extension = (source: IdentitySource, ...wanted: readonly string[]): IdentityPlace => ({
  ...{ source, in: 'extension', oids: wanted, reading: 'whole' },
});
const subject = (source: IdentitySource, reading: IdentityReading, ...wanted: readonly string[]): IdentityPlace => ({
  ...{ source, in: 'subject', oids: wanted, reading },
});

const inCommonName = subject('subject-common-name', 'second-part', oids.commonName);
const inSerialNumber = subject('subject-serial-number', 'whole', oids.serialNumber);

/** Where CAs put the 统一社会信用代码, in the order in which they are looked at: GM/T 0015, GB/T 20518, then what is met. */
export const usualPlaces: readonly IdentityPlace[] = [
  extension('extension-organization-code', oids.organizationCode),
  extension('extension-registration-number', oids.icRegistrationNumber),
  extension(
    'extension-legacy',
    oids.legacyOrganizationCode,
    oids.legacyIcRegistrationNumber,
    oids.draftOrganizationCode,
    oids.draftIcRegistrationNumber,
  ),
  inSerialNumber,
  subject('subject-organization-identifier', 'after-scheme', oids.organizationIdentifier),
  subject('subject-organization-unit', 'whole', oids.organizationalUnitName),
  subject('subject-organization', 'whole', oids.organizationName),
  subject('subject-unique-identifier', 'whole', oids.uniqueIdentifier, '2.5.4.88'),
  inCommonName,
  subject('subject-common-name', 'whole', oids.commonName),
];

/**
 * CAs whose certificates bear several numbers, and which of them is the company's. A province adds the CAs it has seen;
 * the usual places count for all others.
 */
export const identityMappings: readonly IdentityMapping[] = [
  {
    authority: 'CFCA 中国金融认证中心',
    issuer: { oid: oids.organizationName, contains: 'China Financial Certification Authority' },
    places: [inCommonName],
    evidence: 'common names of the form 041@0<number>@<name>@<count> in published certificates',
  },
  {
    authority: 'SHECA 上海市数字证书认证中心',
    issuer: { oid: oids.organizationName, contains: 'UniTrust' },
    places: [extension('extension-of-authority', '1.2.156.1.8888.148'), inSerialNumber],
    evidence: 'the unique id of SHECA in 1.2.156.1.8888.148, used where it holds a credit code',
  },
  {
    authority: 'FJCA 福建省数字安全证书管理有限公司',
    issuer: { oid: oids.organizationName, contains: 'FJCA' },
    places: [extension('extension-of-authority', '1.2.156.112570.11.205', '1.2.156.112578.1')],
    evidence: 'vendor identifiers of FJCA, used where they hold a credit code',
  },
];

/** The places of a certificate's own CA first, then the usual ones, unless the CA's are all there are. */
export function placesFor(certificate: Certificate, mappings: readonly IdentityMapping[]): readonly IdentityPlace[] {
  const own = mappings.filter(({ issuer }) =>
    nameAttributes(certificate.issuer, issuer.oid).some((text) =>
      text.toLowerCase().includes(issuer.contains.toLowerCase()),
    ),
  );
  const exclusive = own.find((mapping) => mapping.exclusive === true);
  return exclusive?.places ?? [...own.flatMap(({ places }) => places), ...usualPlaces];
}
