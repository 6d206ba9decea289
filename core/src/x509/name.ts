import { oidValue } from '../asn1/object-identifier.ts';
import type { DerNode } from '../asn1/reader.ts';
import { type StringType, stringTypeOf, stringValue } from '../asn1/strings.ts';
import { derTag } from '../asn1/tags.ts';
import { toHex } from '../bytes/hex.ts';
import { CodedError } from '../errors/coded-error.ts';

/** One attribute of a distinguished name. */
export interface NameAttribute {
  /** Dotted attribute type. */
  readonly oid: string;
  /** The text; when the value is no well-formed character string, `#` and the hexadecimal DER of the value (RFC 4514 §2.4). */
  readonly value: string;
  /** Undefined exactly when `value` is the `#` form. */
  readonly stringType: StringType | undefined;
  /** The value as it came, tag and length included. */
  readonly der: Uint8Array;
}

/** RelativeDistinguishedName: one attribute, rarely more. */
export type RelativeName = readonly NameAttribute[];

/** Distinguished name, RDNs in the order of the encoding (country usually first). An empty name has none. */
export interface Name {
  readonly der: Uint8Array;
  readonly rdns: readonly RelativeName[];
}

/**
 * Checks the structure of a name; the text of each attribute is decoded when asked for and never throws, so that a
 * certificate with a broken name can still be described to the person who holds it (see {@link checkName}).
 *
 * @throws {CodedError} ERR_X509_MALFORMED, ERR_DER_…
 */
export function parseName(node: DerNode): Name {
  const rdns: RelativeName[] = [];
  for (const reader = node.sequence(); !reader.atEnd; ) rdns.push(parseRelativeName(reader.read(derTag.set)));
  return new ParsedName(node, rdns);
}

class ParsedName implements Name {
  readonly rdns: readonly RelativeName[];
  private readonly node: DerNode;
  private bytes: Uint8Array | undefined;

  constructor(node: DerNode, rdns: readonly RelativeName[]) {
    this.node = node;
    this.rdns = rdns;
  }

  get der(): Uint8Array {
    this.bytes ??= this.node.der;
    return this.bytes;
  }
}

/** The contents of one SET, whatever tag it wears. @throws {CodedError} ERR_X509_MALFORMED, ERR_DER_… */
export function parseRelativeName(node: DerNode): RelativeName {
  const attributes: NameAttribute[] = [];
  for (const reader = node.reader(); !reader.atEnd; ) attributes.push(parseAttribute(reader.next()));
  if (attributes.length === 0)
    throw new CodedError('ERR_X509_MALFORMED', { field: 'RelativeDistinguishedName', offset: node.offset });
  return attributes;
}

/** First text with this attribute type, or undefined. A value that is no character string counts as absent. */
export function nameAttribute(name: Name, oid: string): string | undefined {
  return nameAttributes(name, oid)[0];
}

/** Every text with this attribute type, in the order of the encoding. */
export function nameAttributes(name: Name, oid: string): readonly string[] {
  return name.rdns
    .flat()
    .filter((attribute) => attribute.oid === oid && attribute.stringType !== undefined)
    .map((attribute) => attribute.value);
}

/**
 * Refuses a name with an attribute that claims to be a character string and is not well formed.
 *
 * @throws {CodedError} ERR_X509_MALFORMED
 */
export function checkName(name: Name, field: string): void {
  for (const rdn of name.rdns)
    for (const attribute of rdn)
      if (attribute instanceof LazyAttribute && attribute.isBroken())
        throw new CodedError('ERR_X509_MALFORMED', { field, offset: attribute.offset });
}

function parseAttribute(node: DerNode): NameAttribute {
  const fields = node.sequence();
  const oid = oidValue(fields.next());
  const value = fields.next();
  fields.finish();
  return new LazyAttribute(oid, value);
}

class LazyAttribute implements NameAttribute {
  readonly oid: string;
  private readonly node: DerNode;
  private decoded: { readonly value: string; readonly stringType: StringType | undefined } | undefined;

  constructor(oid: string, node: DerNode) {
    this.oid = oid;
    this.node = node;
  }

  get offset(): number {
    return this.node.offset;
  }

  get der(): Uint8Array {
    return this.node.der;
  }

  get value(): string {
    return this.decode().value;
  }

  get stringType(): StringType | undefined {
    return this.decode().stringType;
  }

  isBroken(): boolean {
    return this.stringType === undefined && stringTypeOf(this.node) !== undefined;
  }

  private decode(): { readonly value: string; readonly stringType: StringType | undefined } {
    this.decoded ??= decodeAttribute(this.node);
    return this.decoded;
  }
}

function decodeAttribute(node: DerNode): { readonly value: string; readonly stringType: StringType | undefined } {
  const stringType = stringTypeOf(node);
  if (stringType !== undefined) {
    try {
      return { value: stringValue(node), stringType };
    } catch (error) {
      if (!(error instanceof CodedError)) throw error;
    }
  }
  return { value: `#${toHex(node.der)}`, stringType: undefined };
}
