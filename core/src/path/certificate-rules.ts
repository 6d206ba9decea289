import { contextConstructed, derTag, oids, readDer, timeValue } from '../asn1/index.ts';
import { equalBytes } from '../bytes/index.ts';
import { type Certificate, checkCertificateEncoding } from '../x509/index.ts';
import { parsePresentedHostName } from './dns-name.ts';
import { formatIpAddress } from './ip-address.ts';
import { parseMailbox } from './mailbox.ts';

/** Where a certificate stands in its path. */
export type CertificateRole = 'anchor' | 'intermediate' | 'leaf';

/** True when the certificate keeps the rule. */
type RuleCheck = (certificate: Certificate, role: CertificateRole) => boolean;

const isCritical = (certificate: Certificate, oid: string): boolean => certificate.extension(oid)?.critical === true;
const isCa = (certificate: Certificate): boolean => certificate.basicConstraints?.ca === true;
const hasSubject = (certificate: Certificate): boolean => certificate.subject.rdns.length > 0;

/** RFC 5280 §4: what a conforming CA puts into certificates. */
const rfc5280Rules = {
  /** §4.1.2.2: positive, at most 20 octets. Old roots number themselves 0, and an anchor's number names nothing. */
  'serial-number-range': (certificate, role) => role === 'anchor' || hasSerialNumberInRange(certificate),

  /** §4.1.2.5: UTCTime through 2049, GeneralizedTime from 2050. */
  'validity-encoding': hasValidityEncoding,

  /** §4.2.1.1: in every certificate but self-signed ones. */
  'authority-key-identifier-present': (certificate) =>
    certificate.isSelfIssued || certificate.authorityKeyIdentifier?.keyIdentifier !== undefined,
  'authority-key-identifier-not-critical': (certificate) => !isCritical(certificate, oids.authorityKeyIdentifier),

  /** §4.2.1.2. */
  'subject-key-identifier-in-ca': (certificate) => !isCa(certificate) || certificate.subjectKeyIdentifier !== undefined,
  'subject-key-identifier-not-critical': (certificate) => !isCritical(certificate, oids.subjectKeyIdentifier),

  /** §4.2.2.1. */
  'authority-info-access-not-critical': (certificate) => !isCritical(certificate, oids.authorityInfoAccess),

  /** §4.2.1.9: present and critical in whatever signs certificates. */
  'basic-constraints-critical-in-ca': (certificate, role) =>
    role === 'leaf' || (isCa(certificate) && isCritical(certificate, oids.basicConstraints)),

  /** §4.2.1.9: a path length only beside cA and keyCertSign. */
  'path-length-only-in-ca': (certificate) =>
    certificate.basicConstraints?.pathLength === undefined ||
    (isCa(certificate) && certificate.keyUsage?.has('keyCertSign') !== false),

  /** §4.2.1.3. */
  'key-usage-present-in-ca': (certificate, role) => role === 'leaf' || certificate.keyUsage !== undefined,
  'key-usage-not-empty': (certificate) => certificate.keyUsage === undefined || certificate.keyUsage.size > 0,
  'cert-sign-only-in-ca': (certificate) => isCa(certificate) || certificate.keyUsage?.has('keyCertSign') !== true,

  /** §4.1.2.6. */
  'subject-not-empty-in-ca': (certificate) => !isCa(certificate) || hasSubject(certificate),
  /** §4.1.2.4. */
  'issuer-not-empty': (certificate) => certificate.issuer.rdns.length > 0,

  /** §4.2.1.10. */
  'name-constraints-only-in-ca': (certificate) => isCa(certificate) || certificate.nameConstraints === undefined,
  /** §4.2.1.11. */
  'policy-constraints-critical': (certificate) => certificate.extension(oids.policyConstraints)?.critical !== false,
  /** §4.2.1.14. */
  'inhibit-any-policy-critical': (certificate) => certificate.extension(oids.inhibitAnyPolicy)?.critical !== false,

  /** §4.2.1.6. */
  'subject-alt-name-critical-without-subject': (certificate) =>
    hasSubject(certificate) || isCritical(certificate, oids.subjectAltName),
  'subject-alt-name-well-formed': hasWellFormedNames,

  /** Every extension we know decodes, used or not. */
  'extensions-well-formed': decodesWhole,
} as const satisfies Record<string, RuleCheck>;

/** CA/Browser Forum Baseline Requirements §7.1.2, §7.1.4. */
const webRules = {
  /** §7.1.2.7.8, §7.1.2.7.11. */
  'end-entity-not-ca': (certificate, role) =>
    role !== 'leaf' || (!isCa(certificate) && certificate.keyUsage?.has('keyCertSign') !== true),
  /** §7.1.2.7.12. */
  'subject-alt-name-present': (certificate, role) => role !== 'leaf' || certificate.subjectAltName !== undefined,
  'subject-alt-name-not-critical-with-subject': (certificate) =>
    !hasSubject(certificate) || !isCritical(certificate, oids.subjectAltName),
  /** §7.1.4.3: a copy, character for character. */
  'common-name-in-subject-alt-name': (certificate, role) => role !== 'leaf' || commonNamesAreCopies(certificate),
  /** §7.1.2.7.6. */
  'extended-key-usage-not-critical': (certificate, role) =>
    role !== 'leaf' || !isCritical(certificate, oids.extendedKeyUsage),
  /** §7.1.2.1.2. */
  'extended-key-usage-absent-in-root': (certificate, role) =>
    role !== 'anchor' || certificate.extendedKeyUsage === undefined,
  /** §7.1.2.1.3: if present, the key identifier alone and equal to the subject's. */
  'root-authority-key-identifier-plain': (certificate, role) =>
    role !== 'anchor' || !certificate.isSelfIssued || hasPlainAuthorityKeyIdentifier(certificate),
  /** §6.1.5. */
  'rsa-modulus-multiple-of-8': ({ publicKey }) => publicKey.kind !== 'rsa' || publicKey.modulusBits % 8 === 0,
} as const satisfies Record<string, RuleCheck>;

/** What a key that signs times or programs must look like: RFC 3161 §2.3, CA/Browser Forum Code Signing §7.1.2.3. */
const signerRules = {
  /** Time-stamping and nothing else, so that no other use of the key can be taken for a time. */
  'time-stamping-only': ({ extendedKeyUsage: has }, role) =>
    role !== 'leaf' || (has?.length === 1 && has[0] === oids.timeStamping),
  'extended-key-usage-critical': (certificate, role) =>
    role !== 'leaf' || isCritical(certificate, oids.extendedKeyUsage),
  'key-only-signs': ({ keyUsage }, role) =>
    role !== 'leaf' || [...(keyUsage ?? [])].every((bit) => bit === 'digitalSignature' || bit === 'nonRepudiation'),
  'key-usage-critical': (certificate, role) => role !== 'leaf' || isCritical(certificate, oids.keyUsage),
  'no-server-purpose': ({ extendedKeyUsage: has }, role) => role !== 'leaf' || has?.includes(oids.serverAuth) !== true,
} as const satisfies Record<string, RuleCheck>;

const rules = { ...rfc5280Rules, ...webRules, ...signerRules };

/**
 * Rules about what a certificate looks like, beyond RFC 5280 §6 (how a path is validated). A profile lists those it
 * enforces; the name is what ERR_PATH_PROFILE_VIOLATION shows as `rule`.
 */
export type CertificateRule = keyof typeof rules;

/** Every rule of RFC 5280 §4 that we check. */
export const conformingRules: readonly CertificateRule[] = Object.keys(rfc5280Rules) as (keyof typeof rfc5280Rules)[];
/** What the web asks for in addition. */
export const webServerRules: readonly CertificateRule[] = Object.keys(webRules) as (keyof typeof webRules)[];

/** The first rule a certificate breaks. @throws {CodedError} when an extension does not decode */
export function firstBrokenRule(
  certificate: Certificate,
  role: CertificateRole,
  enforced: readonly CertificateRule[],
): CertificateRule | undefined {
  return enforced.find((name) => !rules[name](certificate, role));
}

function hasSerialNumberInRange({ serialNumberBytes }: Certificate): boolean {
  const [first = 0] = serialNumberBytes;
  return serialNumberBytes.length <= 20 && first < 0x80 && serialNumberBytes.some((octet) => octet !== 0);
}

function hasValidityEncoding({ tbs }: Certificate): boolean {
  const fields = readDer(tbs).sequence();
  fields.optional(contextConstructed(0));
  const [_serialNumber, _signature, _issuer, validity] = [fields.next(), fields.next(), fields.next(), fields.next()];
  return validity
    .reader()
    .rest()
    .every((time) => {
      const year = timeValue(time).getUTCFullYear();
      return (year >= 1950 && year < 2050) === (time.tag === derTag.utcTime);
    });
}

function hasWellFormedNames(certificate: Certificate): boolean {
  return (certificate.subjectAltName ?? []).every((name) => {
    switch (name.kind) {
      case 'dns':
        return parsePresentedHostName(name.value) !== undefined;
      case 'email':
        return parseMailbox(name.value) !== undefined;
      case 'uri':
        return /^[A-Za-z][A-Za-z0-9+.-]*:./.test(name.value);
      case 'directory':
        return name.name.rdns.length > 0;
      default:
        return true;
    }
  });
}

/** Reading is the check: it throws when an extension is there and malformed. */
function decodesWhole(certificate: Certificate): true {
  checkCertificateEncoding(certificate);
  return true;
}

function commonNamesAreCopies(certificate: Certificate): boolean {
  const names = new Set<string>();
  for (const name of certificate.subjectAltName ?? []) {
    if (name.kind === 'dns') names.add(name.value);
    if (name.kind === 'ip') names.add(formatIpAddress(name.bytes));
  }
  return certificate.subject.rdns.flat().every(({ oid, value }) => oid !== oids.commonName || names.has(value));
}

function hasPlainAuthorityKeyIdentifier(certificate: Certificate): boolean {
  const authority = certificate.authorityKeyIdentifier;
  if (authority === undefined) return true;
  const { keyIdentifier, authorityCertIssuer, authorityCertSerialNumber } = authority;
  const subject = certificate.subjectKeyIdentifier;
  return (
    keyIdentifier !== undefined &&
    authorityCertIssuer === undefined &&
    authorityCertSerialNumber === undefined &&
    (subject === undefined || equalBytes(keyIdentifier, subject))
  );
}
