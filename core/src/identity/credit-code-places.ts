import { oids } from '../asn1/index.ts';
import { type Certificate, nameAttributes } from '../x509/index.ts';
import { creditCodeCheckDigitValid, normaliseCreditCode } from './credit-code.ts';
import { extensionText } from './extension-text.ts';
import { residentIdCheckDigitValid } from './resident-id.ts';
import type { IdentitySource, UnifiedSocialCreditCode } from './subject-identity.ts';

interface Place {
  readonly source: IdentitySource;
  readonly texts: (certificate: Certificate) => readonly string[];
}

const extension =
  (...wanted: readonly string[]) =>
  (certificate: Certificate): readonly string[] =>
    wanted.flatMap((oid) => {
      const found = certificate.extension(oid);
      const text = found && extensionText(found.value);
      return text === undefined ? [] : [text.text];
    });

const attribute =
  (...wanted: readonly string[]) =>
  (certificate: Certificate): readonly string[] =>
    wanted.flatMap((oid) => nameAttributes(certificate.subject, oid));

/** Where CAs put the 统一社会信用代码, in the order in which they are looked at. */
const places: readonly Place[] = [
  { source: 'extension-organization-code', texts: extension(oids.organizationCode) },
  { source: 'extension-registration-number', texts: extension(oids.icRegistrationNumber) },
  {
    source: 'extension-legacy',
    texts: extension(
      oids.legacyOrganizationCode,
      oids.legacyIcRegistrationNumber,
      oids.draftOrganizationCode,
      oids.draftIcRegistrationNumber,
    ),
  },
  { source: 'subject-serial-number', texts: attribute(oids.serialNumber) },
  { source: 'subject-organization-identifier', texts: attribute(oids.organizationIdentifier) },
  { source: 'subject-organization-unit', texts: attribute(oids.organizationalUnitName) },
  { source: 'subject-organization', texts: attribute(oids.organizationName) },
  { source: 'subject-unique-identifier', texts: attribute(oids.uniqueIdentifier, '2.5.4.88') },
  {
    source: 'subject-common-name',
    texts: (certificate) => attribute(oids.commonName)(certificate).flatMap(partsOfName),
  },
];

/**
 * The company's code, wherever the CA put it. A code whose check character is right is preferred over one that only looks
 * like a code in an earlier place.
 */
export function findCreditCode(certificate: Certificate): UnifiedSocialCreditCode | null {
  const found = places.flatMap(({ source, texts }) =>
    texts(certificate).flatMap((text): readonly UnifiedSocialCreditCode[] => {
      const value = normaliseCreditCode(withoutScheme(text));
      if (value === undefined) return [];
      const checkDigitValid = creditCodeCheckDigitValid(value);
      const isPersonNumber = !checkDigitValid && residentIdCheckDigitValid(value) === true;
      return isPersonNumber ? [] : [{ value, checkDigitValid, source }];
    }),
  );
  return found.find(({ checkDigitValid }) => checkDigitValid) ?? found[0] ?? null;
}

/** organizationIdentifier writes `NTRCN-` or the like before the number (ETSI EN 319 412-1 §5.1.4). */
function withoutScheme(text: string): string {
  return text.replace(/^[A-Z]{3}CN-/, '');
}

/** CFCA's common names: `041@0<number>@<name>@<count>`; the number has a digit for its kind in front. */
function partsOfName(commonName: string): readonly string[] {
  const [, number] = commonName.split('@');
  return number === undefined ? [commonName] : [number, number.slice(1)];
}
