import { oids } from '../asn1/index.ts';
import type { Certificate, KeyUsageName } from '../x509/index.ts';
import { type CertificateRole, firstBrokenRule } from './certificate-rules.ts';
import { type PathProblem, problemOf } from './problem.ts';
import type { LeafUsage, Profile } from './profile.ts';

/** Extensions that path validation processes or whose meaning it preserves; any other critical one refuses (§6.1.4 (o)). */
const processedExtensions: ReadonlySet<string> = new Set([
  oids.basicConstraints,
  oids.keyUsage,
  oids.extendedKeyUsage,
  oids.subjectAltName,
  oids.nameConstraints,
  oids.certificatePolicies,
  oids.policyMappings,
  oids.policyConstraints,
  oids.inhibitAnyPolicy,
  oids.subjectKeyIdentifier,
  oids.authorityKeyIdentifier,
  oids.authorityInfoAccess,
  oids.crlDistributionPoints,
]);

/** RFC 5280 §6.1.3 (a) (2); notBefore and notAfter belong to the period. */
export function checkValidity(certificate: Certificate, at: Date): PathProblem | undefined {
  if (at.getTime() < certificate.notBefore.getTime())
    return problemOf(certificate, 'ERR_PATH_NOT_YET_VALID', {
      notBefore: certificate.notBefore.toISOString(),
      at: at.toISOString(),
    });
  if (at.getTime() > certificate.notAfter.getTime())
    return problemOf(certificate, 'ERR_PATH_EXPIRED', {
      notAfter: certificate.notAfter.toISOString(),
      at: at.toISOString(),
    });
  return undefined;
}

/** RFC 5280 §6.1.4 (o), §6.1.5 (f). */
export function checkCriticalExtensions(certificate: Certificate): PathProblem | undefined {
  const unknown = certificate.extensions.find(({ critical, oid }) => critical && !processedExtensions.has(oid));
  return unknown && problemOf(certificate, 'ERR_PATH_CRITICAL_EXTENSION_UNKNOWN', { oid: unknown.oid });
}

/** RFC 5280 §6.1.4 (k) (n): an issuer is a version 3 CA, and its keyUsage, where there is one, lets it sign. */
export function checkIssuerRights(certificate: Certificate): PathProblem | undefined {
  if (certificate.basicConstraints?.ca !== true) return problemOf(certificate, 'ERR_PATH_ISSUER_NOT_CA');
  return checkMaySign(certificate);
}

/**
 * The same for an anchor. One of version 1 has no extensions to say it is a CA; that somebody chose to trust it says so
 * (RFC 5280 §6.1.4 (k), last sentence).
 */
export function checkAnchorRights(certificate: Certificate): PathProblem | undefined {
  return certificate.version === 1 ? undefined : checkIssuerRights(certificate);
}

function checkMaySign(certificate: Certificate): PathProblem | undefined {
  if (certificate.keyUsage?.has('keyCertSign') === false)
    return problemOf(certificate, 'ERR_PATH_ISSUER_NOT_CERT_SIGNER');
  return undefined;
}

/** The rules of the profile. */
export function checkRules(certificate: Certificate, role: CertificateRole, profile: Profile): PathProblem | undefined {
  const rule = firstBrokenRule(certificate, role, profile.rules);
  return rule && problemOf(certificate, 'ERR_PATH_PROFILE_VIOLATION', { rule });
}

/** What the leaf's key must be allowed to do beside what the profile asks: one of the bits of `anyOf`, and all of `allOf`. */
export interface KeyUsageNeeds {
  readonly anyOf: readonly KeyUsageName[];
  readonly allOf: readonly KeyUsageName[];
}

/** What the leaf's key may be used for. A certificate without keyUsage is not limited (RFC 5280 §4.2.1.3). */
export function checkLeafKeyUsage(
  certificate: Certificate,
  usage: LeafUsage,
  needs: KeyUsageNeeds,
): PathProblem | undefined {
  const has = certificate.keyUsage;
  if (has === undefined) {
    const asked = [...usage.keyUsageAnyOf, ...needs.anyOf, ...needs.allOf];
    return asked.length > 0 && usage.keyUsageAbsent === 'refused' ? lacksKeyUsage(certificate, asked) : undefined;
  }
  if (!hasAnyOf(has, usage.keyUsageAnyOf)) return lacksKeyUsage(certificate, usage.keyUsageAnyOf);
  if (!hasAnyOf(has, needs.anyOf)) return lacksKeyUsage(certificate, needs.anyOf);
  return needs.allOf.every((bit) => has.has(bit)) ? undefined : lacksKeyUsage(certificate, needs.allOf);
}

const hasAnyOf = (has: ReadonlySet<KeyUsageName>, bits: readonly KeyUsageName[]): boolean =>
  bits.length === 0 || bits.some((bit) => has.has(bit));

function lacksKeyUsage(certificate: Certificate, required: readonly KeyUsageName[]): PathProblem {
  return problemOf(certificate, 'ERR_PATH_KEY_USAGE', { required: required.join(' ') });
}

/**
 * Extended key usage of the leaf, for the profile's purposes and for the caller's: one of each list.
 *
 * @param purposes dotted OIDs
 */
export function checkLeafPurposes(
  certificate: Certificate,
  usage: LeafUsage,
  purposes: readonly string[],
): PathProblem | undefined {
  const has = certificate.extendedKeyUsage;
  const fits = (wanted: readonly string[]): boolean => {
    if (wanted.length === 0) return true;
    if (has === undefined) return usage.extendedKeyUsageAbsent === 'allowed';
    if (has.includes(oids.anyExtendedKeyUsage)) return usage.anyExtendedKeyUsage === 'allowed';
    return wanted.some((purpose) => has.includes(purpose));
  };
  return checkPurposes(certificate, [usage.extendedKeyUsageAnyOf, purposes], fits);
}

/** A CA that lists purposes passes on no others (nesting, as every web client does; RFC 5280 leaves it open). */
export function checkIssuerPurposes(
  certificate: Certificate,
  usage: LeafUsage,
  purposes: readonly string[],
): PathProblem | undefined {
  const has = certificate.extendedKeyUsage;
  const fits = (wanted: readonly string[]): boolean =>
    wanted.length === 0 ||
    has === undefined ||
    has.includes(oids.anyExtendedKeyUsage) ||
    wanted.some((purpose) => has.includes(purpose));
  return checkPurposes(certificate, [usage.extendedKeyUsageAnyOf, purposes], fits);
}

function checkPurposes(
  certificate: Certificate,
  lists: readonly (readonly string[])[],
  fits: (wanted: readonly string[]) => boolean,
): PathProblem | undefined {
  for (const wanted of lists)
    if (!fits(wanted)) return problemOf(certificate, 'ERR_PATH_EXTENDED_KEY_USAGE', { required: wanted.join(' ') });
  return undefined;
}
