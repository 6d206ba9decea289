import { derTag } from '../asn1/tags.ts';
import { equalBytes } from '../bytes/compare.ts';
import { toHex } from '../bytes/hex.ts';
import type { Name, NameAttribute, RelativeName } from './name.ts';

const keys = new WeakMap<RelativeName, string>();

/**
 * Whether two names are the same by RFC 5280 §7.1: attribute by attribute, in order, ignoring case and the amount of white
 * space, whichever string type each uses. Values that are no text are compared byte for byte.
 */
export function sameName(a: Name, b: Name): boolean {
  if (a === b || equalBytes(a.der, b.der)) return true;
  if (a.rdns.length !== b.rdns.length) return false;
  // From the end: what names differ in is the common name, as a rule.
  for (let index = a.rdns.length - 1; index >= 0; index--) if (!sameRdn(a.rdns[index], b.rdns[index])) return false;
  return true;
}

/** Whether the name begins with every RDN of `base`: the subtree test of directoryName constraints (RFC 5280 §4.2.1.10). */
export function isNameWithin(name: Name, base: Name): boolean {
  if (name.rdns.length < base.rdns.length) return false;
  return base.rdns.every((rdn, index) => sameRdn(rdn, name.rdns[index]));
}

/** A text that is equal for two names exactly when {@link sameName} says so: for maps and indexes, not for people. */
export function nameKey(name: Name): string {
  return JSON.stringify(name.rdns.map(rdnKey));
}

function sameRdn(a: RelativeName | undefined, b: RelativeName | undefined): boolean {
  if (a === undefined || b === undefined) return false;
  const [one, other] = [a[0], b[0]];
  if (a.length === 1 && b.length === 1 && one !== undefined && other !== undefined) {
    if (one.oid !== other.oid) return false;
    const [der, otherDer] = [one.der, other.der];
    if (equalBytes(der, otherDer)) return true;
    if (differPlainly(der, otherDer)) return false;
  }
  return rdnKey(a) === rdnKey(b);
}

/** String types whose octets are their characters, as long as these are ASCII. */
const octetStrings: ReadonlySet<number> = new Set([
  derTag.utf8String,
  derTag.printableString,
  derTag.ia5String,
  derTag.teletexString,
]);

/**
 * Whether two texts cannot be the same however they are prepared: both are {@link plain} throughout, and where they first
 * differ, case aside, neither has a space. What cannot be told so is not said. It costs less than preparing both.
 */
function differPlainly(a: Uint8Array, b: Uint8Array): boolean {
  if (!isPlain(a) || !isPlain(b)) return false;
  const length = Math.min(a.length, b.length);
  for (let index = 2; index < length; index++) {
    const [one, other] = [a[index] ?? 0, b[index] ?? 0];
    if (lowerCase(one) !== lowerCase(other)) return one !== 0x20 && other !== 0x20;
  }
  return false;
}

/** {@link plain}, asked of the encoding. */
function isPlain(der: Uint8Array): boolean {
  const tag = der[0] ?? 0;
  if (!octetStrings.has(tag) || (der[1] ?? 0x80) >= 0x80) return false;
  for (let index = 2; index < der.length; index++) {
    const octet = der[index] ?? 0;
    if (octet >= 0x20 && octet <= 0x7e) continue;
    if (tag !== derTag.utf8String || (octet & 0xf0) !== 0xe0) return false;
    const [second, third] = [der[++index] ?? 0, der[++index] ?? 0];
    const point = ((octet & 0x0f) << 12) | ((second & 0x3f) << 6) | (third & 0x3f);
    if ((second & 0xc0) !== 0x80 || (third & 0xc0) !== 0x80 || point < 0x4e00 || point > 0x9fa5) return false;
  }
  return true;
}

const lowerCase = (octet: number): number => (octet >= 0x41 && octet <= 0x5a ? octet + 0x20 : octet);

/** RDNs are sets: the order of attributes inside of one does not count. */
function rdnKey(rdn: RelativeName): string {
  let found = keys.get(rdn);
  if (found === undefined) {
    found =
      rdn.length === 1 && rdn[0] !== undefined ? attributeKey(rdn[0]) : JSON.stringify(rdn.map(attributeKey).sort());
    keys.set(rdn, found);
  }
  return found;
}

function attributeKey(attribute: NameAttribute): string {
  const value = attribute.stringType === undefined ? `#${toHex(attribute.der)}` : `=${preparedText(attribute.value)}`;
  return `${attribute.oid}${value}`;
}

/** Printable ASCII and the common Chinese characters: nothing to map or normalise but case and spaces. */
const plain = /^[ -~\u4e00-\u9fa5]*$/;

/**
 * The string preparation of RFC 4518 as far as certificates need it: map to nothing, compatibility normalisation, case
 * folding, then white space trimmed and compressed.
 */
function preparedText(text: string): string {
  if (plain.test(text)) return text.toLowerCase().replaceAll(/ +/g, ' ').trim();
  return text
    .replaceAll(/\p{Default_Ignorable_Code_Point}/gu, '')
    .normalize('NFKC')
    .toLowerCase()
    .normalize('NFKC')
    .replaceAll(/\s+/g, ' ')
    .trim();
}
