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
    if (equalBytes(one.der, other.der)) return true;
  }
  return rdnKey(a) === rdnKey(b);
}

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
