export type { Certificate, Extension } from './certificate.ts';
export { verifyCertificateSignature } from './certificate-signature.ts';
export { checkCertificateEncoding } from './check-encoding.ts';
export { describeSubject } from './describe-subject.ts';
export type { AccessDescription } from './extensions/authority-info-access.ts';
export { type AuthorityKeyIdentifier, parseAuthorityKeyIdentifier } from './extensions/authority-key-identifier.ts';
export type { BasicConstraints } from './extensions/basic-constraints.ts';
export type { PolicyInformation, PolicyQualifier } from './extensions/certificate-policies.ts';
export type {
  DistributionPoint,
  DistributionPointName,
  RevocationReasonFlag,
} from './extensions/crl-distribution-points.ts';
export {
  parseCrlDistributionPoints,
  parseDistributionPointName,
  parseReasonFlags,
} from './extensions/crl-distribution-points.ts';
export type { KeyUsageName } from './extensions/key-usage.ts';
export type { NameConstraints } from './extensions/name-constraints.ts';
export type { PolicyConstraints } from './extensions/policy-constraints.ts';
export type { PolicyMapping } from './extensions/policy-mappings.ts';
export type { PrivateKeyUsagePeriod } from './extensions/private-key-usage-period.ts';
export type { DirectoryAttribute } from './extensions/subject-directory-attributes.ts';
export { type GeneralName, parseGeneralName, parseGeneralNames } from './general-name.ts';
export {
  checkName,
  type Name,
  type NameAttribute,
  nameAttribute,
  nameAttributes,
  parseName,
  type RelativeName,
} from './name.ts';
export { isNameWithin, nameKey, sameName } from './name-comparison.ts';
export { formatAttributeType, formatName } from './name-format.ts';
export { parseCertificate } from './parse-certificate.ts';
export { type PreparedRequest, prepareCertificateRequest, type RequestToPrepare } from './prepare-request.ts';
export { type CertificateRequest, parseCertificateRequest, verifyCertificateRequest } from './request.ts';
export { formatSerialNumber } from './serial-number.ts';
export { type CertificateTolerance, type ToleranceName, toleranceNames, tolerancesOf } from './tolerances.ts';
