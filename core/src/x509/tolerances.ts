import { oids } from '../asn1/oid-registry.ts';
import { readDer } from '../asn1/reader.ts';
import { stringTypeOf } from '../asn1/strings.ts';
import { contextConstructed, derTag } from '../asn1/tags.ts';
import type { Certificate } from './certificate.ts';
import type { NameAttribute } from './name.ts';

const names = {
  /** RFC 5280 §4.1.2.2: positive. Old CAs forgot the sign octet. */
  'serial-number-negative': ({ serialNumberBytes }) => Number((serialNumberBytes[0] ?? 0) >= 0x80),
  'serial-number-zero': ({ serialNumberBytes }) => Number(serialNumberBytes.every((octet) => octet === 0)),
  'serial-number-too-long': ({ serialNumberBytes }) => Number(serialNumberBytes.length > 20),

  /** X.690 §11.5: a DEFAULT is not written; CAs in use write FALSE out. */
  'default-written-out': (certificate) => writtenDefaults(certificate),

  /** X.680 §41.4: PrintableString has 74 characters; `@`, `*`, `&` and `_` are met in it. */
  'printable-string-beyond-its-set': (certificate) =>
    attributesOf(certificate).filter(
      ({ stringType, value }) => stringType === 'PrintableString' && /[^A-Za-z0-9 '()+,\-./:=?]/.test(value),
    ).length,

  /** X.680 §41: read as ISO 8859-1, as everybody does. */
  'teletex-string': (certificate) =>
    attributesOf(certificate).filter(({ stringType }) => stringType === 'TeletexString').length,
  /** RFC 5280 §4.1.2.4: only to stay compatible. */
  'bmp-string': (certificate) =>
    attributesOf(certificate).filter(({ stringType }) => stringType === 'BMPString').length,

  /** Text that is none in its own encoding: shown as `#` and hexadecimal, equal to nothing but itself. */
  'text-mis-encoded': (certificate) =>
    attributesOf(certificate).filter(
      ({ stringType, der }) => stringType === undefined && stringTypeOf(readDer(der)) !== undefined,
    ).length,

  /** X.690 §11.2.2: named bits end in a one. */
  'key-usage-trailing-zeros': (certificate) => Number(hasTrailingZeros(certificate)),
} as const satisfies Record<string, (certificate: Certificate) => number>;

export type ToleranceName = keyof typeof names;

export const toleranceNames: readonly ToleranceName[] = Object.keys(names) as ToleranceName[];

/** Something that the standards forbid, that is met in use, and that is read all the same. */
export interface CertificateTolerance {
  readonly name: ToleranceName;
  /** How often it was met. */
  readonly count: number;
}

/**
 * What a certificate was forgiven when it was read. For the report, not for the verdict: a profile that minds has a rule
 * about it, and everything here is read the same whether anybody asks or not.
 */
export function tolerancesOf(certificate: Certificate): readonly CertificateTolerance[] {
  return toleranceNames.map((name) => ({ name, count: names[name](certificate) })).filter(({ count }) => count > 0);
}

const attributesOf = ({ issuer, subject }: Certificate): readonly NameAttribute[] =>
  [...issuer.rdns, ...subject.rdns].flat();

/** `critical FALSE` of an extension and `cA FALSE` of basicConstraints. */
function writtenDefaults(certificate: Certificate): number {
  let count = Number(startsWithFalse(certificate.extension(oids.basicConstraints)?.value));
  const fields = readDer(certificate.tbs).sequence();
  while (!fields.atEnd) {
    const field = fields.next();
    if (field.tag !== contextConstructed(3)) continue;
    for (const list = field.nested().sequence(); !list.atEnd; ) {
      const parts = list.next().sequence();
      parts.next();
      const critical = parts.optional(derTag.boolean);
      if (critical?.content[0] === 0) count++;
    }
  }
  return count;
}

/** @param value  a SEQUENCE */
const startsWithFalse = (value: Uint8Array | undefined): boolean =>
  value !== undefined && value[2] === derTag.boolean && value[4] === 0;

function hasTrailingZeros(certificate: Certificate): boolean {
  const value = certificate.extension(oids.keyUsage)?.value;
  if (value === undefined || value.length < 4) return false;
  const unused = value[2] ?? 0;
  return (((value.at(-1) ?? 0) >> unused) & 1) === 0;
}
