import type { Result } from '@onelock/core/contract';
import { subjectIdentity } from '@onelock/core/identity';
import { type Certificate, nameAttribute } from '@onelock/core/x509';

type Shape = Result<'getSubjectIdentity'>;

const title = '2.5.4.12';

/** Who a certificate is about, identity numbers masked. */
export function identityShape(certificate: Certificate): Shape {
  const identity = subjectIdentity(certificate);
  const { organization, unifiedSocialCreditCode: code, person } = identity;
  const hasPerson = person.name !== null || person.identifier !== null;
  return {
    kind: organization !== null || code !== null ? 'organization' : hasPerson ? 'person' : 'unknown',
    organization: cut(organization, 256),
    unifiedSocialCreditCode:
      code === null ? null : { value: code.value, checkDigitValid: code.checkDigitValid, source: code.source },
    person: hasPerson
      ? {
          name: cut(person.name, 128),
          role: cut(nameAttribute(certificate.subject, title) ?? null, 128),
          maskedIdentityNumber: person.identifier === null ? null : mask(person.identifier.value),
        }
      : null,
    rules: 'default',
  };
}

/** First and last characters stay, so that a person knows their own number again: `52************19`. */
export function mask(number: string): string {
  if (number.length <= 6) return '*'.repeat(Math.max(1, number.length));
  return `${number.slice(0, 2)}${'*'.repeat(Math.min(number.length, 60) - 4)}${number.slice(-2)}`;
}

/** The contract has no empty texts: an empty one is none. */
function cut(text: string | null, length: number): string | null {
  return text === null || text === '' ? null : text.slice(0, length);
}
