import { type Certificate, nameAttributes } from '../x509/index.ts';
import { creditCodeCheckDigitValid, normaliseCreditCode } from './credit-code.ts';
import { extensionText } from './extension-text.ts';
import { type IdentityMapping, type IdentityPlace, type IdentityReading, placesFor } from './identity-mapping.ts';
import { residentIdCheckDigitValid } from './resident-id.ts';
import type { UnifiedSocialCreditCode } from './subject-identity.ts';

/**
 * The company's code, wherever the CA put it. A code whose check character is right is preferred over one that only looks
 * like a code in an earlier place.
 */
export function findCreditCode(
  certificate: Certificate,
  mappings: readonly IdentityMapping[],
): UnifiedSocialCreditCode | null {
  const found = placesFor(certificate, mappings).flatMap((place) =>
    textsAt(certificate, place).flatMap((text): readonly UnifiedSocialCreditCode[] => {
      const value = normaliseCreditCode(text);
      if (value === undefined) return [];
      const checkDigitValid = creditCodeCheckDigitValid(value);
      const isPersonNumber = !checkDigitValid && residentIdCheckDigitValid(value) === true;
      return isPersonNumber ? [] : [{ value, checkDigitValid, source: place.source }];
    }),
  );
  return found.find(({ checkDigitValid }) => checkDigitValid) ?? found[0] ?? null;
}

function textsAt(certificate: Certificate, place: IdentityPlace): readonly string[] {
  const texts = place.oids.flatMap((oid) =>
    place.in === 'subject' ? nameAttributes(certificate.subject, oid) : extensionTexts(certificate, oid),
  );
  return texts.flatMap((text) => read(text, place.reading));
}

function extensionTexts(certificate: Certificate, oid: string): readonly string[] {
  const found = certificate.extension(oid);
  const text = found && extensionText(found.value);
  return text === undefined ? [] : [text.text];
}

function read(text: string, reading: IdentityReading): readonly string[] {
  switch (reading) {
    case 'whole':
      return [text];
    case 'after-scheme':
      return [text.replace(/^[A-Z]{3}CN-/, '')];
    case 'second-part': {
      const [, number] = text.split('@');
      return number === undefined ? [] : [number, number.slice(1)];
    }
  }
}
