import { oids } from '../asn1/index.ts';
import { type Certificate, nameAttribute } from '../x509/index.ts';
import { extensionText } from './extension-text.ts';
import { residentIdCheckDigitValid } from './resident-id.ts';
import type { PersonIdentifier } from './subject-identity.ts';

/** CHOICE of identifyCode (GB/T 20518): resident card, military officer's card, passport. */
const kinds = ['resident-id', 'military-id', 'passport'] as const;

/** The number of a person from identifyCode or its older twins. */
export function findPersonIdentifier(certificate: Certificate): PersonIdentifier | null {
  for (const oid of [oids.identifyCode, oids.legacyIdentifyCode, oids.draftIdentifyCode]) {
    const extension = certificate.extension(oid);
    const found = extension && extensionText(extension.value);
    if (found !== undefined) return personIdentifier(found.text.toUpperCase(), found.alternative);
  }
  return null;
}

/**
 * The name of a person: given in parts, or the common name of a certificate that states a person's number, or of one that
 * names no organisation.
 */
export function findPersonName(
  certificate: Certificate,
  organization: string | null,
  hasNumber: boolean,
): string | null {
  const surname = nameAttribute(certificate.subject, oids.surname);
  const givenName = nameAttribute(certificate.subject, oids.givenName);
  if (surname !== undefined && givenName !== undefined) return `${surname}${givenName}`;
  const commonName = nameAttribute(certificate.subject, oids.commonName);
  const namesPerson = commonName !== organization && (hasNumber || organization === null);
  return namesPerson ? (commonName ?? null) : null;
}

function personIdentifier(value: string, alternative: number | undefined): PersonIdentifier {
  const stated = alternative === undefined ? undefined : kinds[alternative];
  const kind = stated ?? (residentIdCheckDigitValid(value) === false ? 'unknown' : 'resident-id');
  return { kind, value, checkDigitValid: kind === 'resident-id' ? residentIdCheckDigitValid(value) : null };
}
