import { createHmac } from 'node:crypto';
import { toHex } from '@onelock/core/bytes';
import type { SubjectIdentity } from '@onelock/core/identity';
import type { Certificate } from '@onelock/core/x509';
import type { LoginView } from '../services/judge-login-token.ts';

/** How strong a login was, by the medium of the key as the registry of certificates knows it. */
export const acrValues = [
  'urn:onelock:acr:key',
  'urn:onelock:acr:phone',
  'urn:onelock:acr:cloud',
  'urn:onelock:acr:soft',
  'urn:onelock:acr:certificate',
] as const;
export type Acr = (typeof acrValues)[number];

/** What a platform may be told about whoever logged in. */
export interface Account {
  readonly sub: string;
  readonly name: string | null;
  readonly organization: string | null;
  readonly unified_social_credit_code: string | null;
  readonly person_name: string | null;
  /** Masked. */
  readonly person_identifier: string | null;
  readonly certificate_sm3: string;
  readonly certificate_serial_number: string;
  readonly certificate_not_after: string;
  /** Whether evidence said that the certificate was not revoked; false where its CA lets it stand open. */
  readonly certificate_revocation_checked: boolean;
  readonly login_id: string;
}

/** Claims by scope, as discovery announces them. */
export const claimsByScope = {
  profile: ['name'],
  company: ['organization', 'unified_social_credit_code'],
  person: ['person_name', 'person_identifier'],
  certificate: [
    ...(['certificate_sm3', 'certificate_serial_number', 'certificate_not_after'] as const),
    ...(['certificate_revocation_checked', 'login_id'] as const),
  ],
} as const;

/**
 * The same company and person get the same subject whatever key they use; a certificate that names neither, or a person by name alone, is a subject
 * by its key.
 * Keyed, because identity numbers are few enough to be tried out.
 */
export function subjectOf(key: string, identity: SubjectIdentity, certificate: Certificate): string {
  const { unifiedSocialCreditCode: code, person } = identity;
  const company = code?.checkDigitValid ? code.value : null;
  // A name tells people of one company apart, and nobody else: thousands have the same.
  const someone = person.identifier?.value ?? (company === null ? null : person.name);
  const parts =
    company === null && someone === null ? ['key', toHex(certificate.publicKey.spki)] : ['holder', company, someone];
  return createHmac('sha256', key).update(JSON.stringify(parts)).digest('base64url');
}

export function accountOf(sub: string, login: LoginView, certificate: Certificate): Account {
  const { identity } = login;
  const company = identity?.registeredCompany;
  return {
    sub,
    name: identity?.person.name ?? identity?.organization ?? identity?.commonName ?? null,
    organization: identity?.organization ?? company?.name ?? null,
    unified_social_credit_code: identity?.unifiedSocialCreditCode?.checkDigitValid
      ? identity.unifiedSocialCreditCode.value
      : (company?.creditCode ?? null),
    person_name: identity?.person.name ?? null,
    person_identifier: identity?.person.identifier?.masked ?? null,
    certificate_sm3: login.certificateDigest,
    certificate_serial_number: certificate.serialNumber,
    certificate_not_after: certificate.notAfter.toISOString(),
    certificate_revocation_checked: login.certificate?.revocation.checked ?? false,
    login_id: login.id,
  };
}

/** A medium is what an operator or an import said of a registered certificate; nothing that a page sends counts. */
export function acrOf(medium: string | null): Acr {
  if (medium === null) return 'urn:onelock:acr:certificate';
  if (/phone|mobile|手机|移动/i.test(medium)) return 'urn:onelock:acr:phone';
  if (/cloud|云/i.test(medium)) return 'urn:onelock:acr:cloud';
  if (/soft|file|软|文件/i.test(medium)) return 'urn:onelock:acr:soft';
  return 'urn:onelock:acr:key';
}

/** RFC 8176. Every login proves possession of a key. */
export function amrOf(acr: Acr): string[] {
  if (acr === 'urn:onelock:acr:key') return ['pop', 'hwk'];
  return acr === 'urn:onelock:acr:soft' ? ['pop', 'swk'] : ['pop'];
}
