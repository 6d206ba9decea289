/**
 * 18-character resident identity number (GB 11643-1999): region, birth date, order, check character. Those of foreigners with permanent residence
 * begin with 9 since 2023, as credit codes of companies do: there the check character decides.
 */
const residentId =
  /(?<!\d)([1-9]\d{3})\d{2}(?:18|19|20)\d{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])(\d{3}[\dXx])(?!\d)/g;
/** Its 15-digit form of before 1999. */
const oldResidentId = /(?<!\d)([1-8]\d{3})\d{4}(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])(\d{3})(?!\d)/g;
const mobileNumber = /(?<!\d)(1[3-9]\d)\d{4}(\d{4})(?!\d)/g;

/** A digest as the audit log names it: eleven of its digits in a row may look like a telephone number, and it must stay whole. */
const namedDigest = /((?:sm3|sha256):[0-9a-f]{64})/;

/** Fields that hold numbers of things, not of people. */
const numbersOfThings = new Set(['serialNumber', 'digest', 'hash', 'at', 'offset', 'oid', 'restoration']);

/** Hides the middle of identity and mobile numbers in every text of a value; the shape stays. */
export function maskPersonalNumbers<T>(value: T): T {
  return mask(value) as T;
}

/** Nearly always there is nothing to hide: what has nothing is given back as it is. */
function mask(value: unknown): unknown {
  if (typeof value === 'string') return maskText(value);
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) {
    const masked = value.map(mask);
    return masked.every((item, index) => item === value[index]) ? value : masked;
  }
  let copy: Record<string, unknown> | undefined;
  for (const [name, inner] of Object.entries(value)) {
    const masked = numbersOfThings.has(name) ? inner : mask(inner);
    if (masked === inner) continue;
    copy ??= { ...value };
    copy[name] = masked;
  }
  return copy ?? value;
}

/** The shortest of these numbers has eleven digits in a row. */
const longNumber = /\d{11}/;

function maskText(text: string): string {
  if (!longNumber.test(text)) return text;
  // Splitting by a pattern with a group puts what it matched at the odd places.
  return text
    .split(namedDigest)
    .map((part, index) => (index % 2 === 1 ? part : maskNumbers(part)))
    .join('');
}

const weights = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2];

/** ISO 7064 MOD 11-2. */
function hasCheckCharacter(number: string): boolean {
  const sum = weights.reduce((total, weight, index) => total + weight * Number(number[index]), 0);
  return '10X98765432'[sum % 11] === number[17]?.toUpperCase();
}

function maskNumbers(text: string): string {
  return text
    .replace(residentId, (number: string, begin: string, end: string) =>
      begin.startsWith('9') && !hasCheckCharacter(number) ? number : `${begin}**********${end}`,
    )
    .replace(oldResidentId, '$1********$2')
    .replace(mobileNumber, '$1****$2');
}

/** A document number of any kind: its first two and last two characters, or none of a short one. */
export function maskDocumentNumber(value: string): string {
  const characters = [...value];
  if (characters.length < 8) return '*'.repeat(characters.length);
  return `${characters.slice(0, 2).join('')}${'*'.repeat(characters.length - 4)}${characters.slice(-2).join('')}`;
}
