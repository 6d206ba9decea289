/**
 * Identifier octets (X.690 §8.1.2) with the constructed bit that DER demands. A tag number of 31 or more does not fit one
 * octet; such a tag is the first octet plus the tag number times 256.
 */
export const derTag = {
  boolean: 0x01,
  integer: 0x02,
  bitString: 0x03,
  octetString: 0x04,
  null: 0x05,
  objectIdentifier: 0x06,
  enumerated: 0x0a,
  utf8String: 0x0c,
  sequence: 0x30,
  set: 0x31,
  numericString: 0x12,
  printableString: 0x13,
  teletexString: 0x14,
  ia5String: 0x16,
  utcTime: 0x17,
  generalizedTime: 0x18,
  visibleString: 0x1a,
  generalString: 0x1b,
  universalString: 0x1c,
  bmpString: 0x1e,
} as const;

/** `[number]` holding a primitive value, as IMPLICIT tagging of a primitive type gives; number below 31. */
export function contextPrimitive(number: number): number {
  return 0x80 | number;
}

/** `[number]` holding other values, as EXPLICIT tagging or IMPLICIT tagging of SEQUENCE and SET gives; number below 31. */
export function contextConstructed(number: number): number {
  return 0xa0 | number;
}

const universalNames: ReadonlyMap<number, string> = new Map(
  Object.entries({
    BOOLEAN: derTag.boolean,
    INTEGER: derTag.integer,
    'BIT STRING': derTag.bitString,
    'OCTET STRING': derTag.octetString,
    NULL: derTag.null,
    'OBJECT IDENTIFIER': derTag.objectIdentifier,
    ENUMERATED: derTag.enumerated,
    UTF8String: derTag.utf8String,
    SEQUENCE: derTag.sequence,
    SET: derTag.set,
    NumericString: derTag.numericString,
    PrintableString: derTag.printableString,
    TeletexString: derTag.teletexString,
    IA5String: derTag.ia5String,
    UTCTime: derTag.utcTime,
    GeneralizedTime: derTag.generalizedTime,
    VisibleString: derTag.visibleString,
    GeneralString: derTag.generalString,
    UniversalString: derTag.universalString,
    BMPString: derTag.bmpString,
  }).map(([name, tag]) => [tag, name]),
);

const classNames = ['UNIVERSAL ', 'APPLICATION ', '', 'PRIVATE '] as const;

/** A tag in the notation of ASN.1: `SEQUENCE`, `[0]`, `[APPLICATION 33]`. */
export function describeTag(tag: number): string {
  const universal = universalNames.get(tag);
  if (universal !== undefined) return universal;
  const octet = tag & 0xff;
  const number = (octet & 0x1f) === 0x1f ? Math.floor(tag / 256) : octet & 0x1f;
  return `[${classNames[octet >> 6]}${number}]`;
}
