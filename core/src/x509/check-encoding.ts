import type { Certificate } from './certificate.ts';
import { checkName } from './name.ts';

/**
 * Decodes everything that a certificate decodes on demand, so that a certificate which passes throws nowhere later:
 * names, key, and every extension we know.
 *
 * @throws {CodedError} ERR_X509_MALFORMED, ERR_CRYPTO_KEY_INVALID, ERR_DER_…
 */
export function checkCertificateEncoding(certificate: Certificate): void {
  checkName(certificate.issuer, 'issuer');
  checkName(certificate.subject, 'subject');
  for (const field of decodedFields) certificate[field];
}

const decodedFields = [
  'publicKey',
  'basicConstraints',
  'keyUsage',
  'extendedKeyUsage',
  'subjectKeyIdentifier',
  'authorityKeyIdentifier',
  'subjectAltName',
  'issuerAltName',
  'nameConstraints',
  'certificatePolicies',
  'policyMappings',
  'policyConstraints',
  'inhibitAnyPolicy',
  'crlDistributionPoints',
  'freshestCrl',
  'authorityInfoAccess',
  'subjectInfoAccess',
  'subjectDirectoryAttributes',
  'privateKeyUsagePeriod',
] as const satisfies readonly (keyof Certificate)[];
