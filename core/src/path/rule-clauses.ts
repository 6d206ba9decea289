import type { CertificateRule } from './certificate-rules.ts';

const baseline = 'CA/B Forum TLS BR';
const codeSigning = 'CA/B Forum Code Signing BR';

/** Where each rule of a profile is written. */
export const ruleClauses: Readonly<Record<CertificateRule, string>> = {
  'serial-number-range': 'RFC 5280 §4.1.2.2',
  'validity-encoding': 'RFC 5280 §4.1.2.5',
  'authority-key-identifier-present': 'RFC 5280 §4.2.1.1',
  'authority-key-identifier-not-critical': 'RFC 5280 §4.2.1.1',
  'subject-key-identifier-in-ca': 'RFC 5280 §4.2.1.2',
  'subject-key-identifier-not-critical': 'RFC 5280 §4.2.1.2',
  'authority-info-access-not-critical': 'RFC 5280 §4.2.2.1',
  'basic-constraints-critical-in-ca': 'RFC 5280 §4.2.1.9',
  'path-length-only-in-ca': 'RFC 5280 §4.2.1.9',
  'key-usage-present-in-ca': 'RFC 5280 §4.2.1.3',
  'key-usage-not-empty': 'RFC 5280 §4.2.1.3',
  'cert-sign-only-in-ca': 'RFC 5280 §4.2.1.3',
  'subject-not-empty-in-ca': 'RFC 5280 §4.1.2.6',
  'issuer-not-empty': 'RFC 5280 §4.1.2.4',
  'name-constraints-only-in-ca': 'RFC 5280 §4.2.1.10',
  'policy-constraints-critical': 'RFC 5280 §4.2.1.11',
  'inhibit-any-policy-critical': 'RFC 5280 §4.2.1.14',
  'subject-alt-name-critical-without-subject': 'RFC 5280 §4.2.1.6',
  'subject-alt-name-well-formed': 'RFC 5280 §4.2.1.6',
  'extensions-well-formed': 'RFC 5280 §4.2',
  'end-entity-not-ca': `${baseline} §7.1.2.7.8`,
  'subject-alt-name-present': `${baseline} §7.1.2.7.12`,
  'subject-alt-name-not-critical-with-subject': `${baseline} §7.1.2.7.12`,
  'common-name-in-subject-alt-name': `${baseline} §7.1.4.3`,
  'extended-key-usage-not-critical': `${baseline} §7.1.2.7.6`,
  'extended-key-usage-absent-in-root': `${baseline} §7.1.2.1.2`,
  'root-authority-key-identifier-plain': `${baseline} §7.1.2.1.3`,
  'rsa-modulus-multiple-of-8': `${baseline} §6.1.5`,
  'time-stamping-only': 'RFC 3161 §2.3',
  'extended-key-usage-critical': 'RFC 3161 §2.3',
  'key-only-signs': `${codeSigning} §7.1.2.3`,
  'key-usage-critical': `${codeSigning} §7.1.2.3`,
  'no-server-purpose': `${codeSigning} §7.1.2.3`,
};
