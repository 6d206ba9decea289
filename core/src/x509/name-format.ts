import { oids } from '../asn1/oid-registry.ts';
import { toHex } from '../bytes/hex.ts';
import { utf8Encode } from '../bytes/utf8.ts';
import type { Name, NameAttribute } from './name.ts';

/** Short names: the nine of RFC 4514 §3 and those that tools have agreed on since. */
const shortNames: ReadonlyMap<string, string> = new Map([
  [oids.commonName, 'CN'],
  [oids.localityName, 'L'],
  [oids.stateOrProvinceName, 'ST'],
  [oids.organizationName, 'O'],
  [oids.organizationalUnitName, 'OU'],
  [oids.countryName, 'C'],
  [oids.streetAddress, 'STREET'],
  [oids.domainComponent, 'DC'],
  [oids.userId, 'UID'],
  [oids.surname, 'SN'],
  [oids.givenName, 'GN'],
  [oids.serialNumber, 'serialNumber'],
  [oids.title, 'title'],
  [oids.emailAddress, 'emailAddress'],
  [oids.organizationIdentifier, 'organizationIdentifier'],
]);

/**
 * A name as text of RFC 4514: the last RDN first, joined by commas, e.g. `CN=张三,O=甲公司,C=CN`. An unknown attribute type
 * is written in dotted form with its value as text where it is text. Control characters and NUL are escaped, so the result
 * is one printable line. An empty name gives an empty text.
 */
export function formatName(name: Name): string {
  let text = '';
  for (let index = name.rdns.length - 1; index >= 0; index--) {
    let joint = text === '' ? '' : ',';
    for (const attribute of name.rdns[index] ?? []) {
      text += joint + formatAttribute(attribute);
      joint = '+';
    }
  }
  return text;
}

/** The short name of an attribute type (`CN`), or its dotted form. */
export function formatAttributeType(oid: string): string {
  return shortNames.get(oid) ?? oid;
}

function formatAttribute(attribute: NameAttribute): string {
  const value = attribute.stringType === undefined ? attribute.value : escapeValue(attribute.value);
  return `${formatAttributeType(attribute.oid)}=${value}`;
}

/** Letters, digits, what is harmless among the signs, and the common Chinese characters, with spaces between. */
const plain = /^[!$-*\-./0-:=?@A-Z[\]-~\u4e00-\u9fa5]+(?: [!$-*\-./0-:=?@A-Z[\]-~\u4e00-\u9fa5]+)*$/;

const special = /["+,;<>\\\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u;

/** RFC 4514 §2.4; characters that would disturb a line of text or its direction are written as `\` and hexadecimal UTF-8. */
function escapeValue(text: string): string {
  if (plain.test(text)) return text;
  if (!special.test(text) && !/^[ #]|\s$/.test(text)) return text;
  const escaped = text
    .replaceAll(/["+,;<>\\]/g, '\\$&')
    .replaceAll(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, (character) => toHex(utf8Encode(character)).replaceAll(/../g, '\\$&'));
  const opened = /^[ #]/.test(text) ? `\\${escaped}` : escaped;
  return text.length > 1 && text.endsWith(' ') ? `${opened.slice(0, -1)}\\ ` : opened;
}
