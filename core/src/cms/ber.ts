import { derValue } from '../asn1/index.ts';
import { concatBytes } from '../bytes/index.ts';

/** Levels and values looked at; a message beyond them goes to the strict reader as it is, which has limits of its own. */
const maxDepth = 48;
const maxValues = 100_000;

/**
 * Messages may be BER (RFC 5652 §2.1; streaming writers leave lengths open and cut OCTET STRINGs into pieces), everything
 * else we read is DER. This rewrites exactly those two freedoms: indefinite lengths become definite and pieces of an
 * OCTET STRING one string. Values without them are kept byte for byte, so what was signed as DER stays as it was.
 *
 * @returns the input itself when it has none of this or is malformed: the strict reader then says what is wrong
 */
export function definiteLengths(bytes: Uint8Array): Uint8Array {
  if (!mayBeIndefinite(bytes)) return bytes;
  const walk = new BerWalk(bytes);
  const value = walk.value(0, 0);
  return value === undefined || !value.changed || value.end !== bytes.length ? bytes : value.der;
}

/** A message with any open length has one at its top: all its enclosing values are open or were closed by a second pass. */
function mayBeIndefinite(bytes: Uint8Array): boolean {
  for (let at = 1; at < bytes.length; at++) if (bytes[at] === 0x80 && ((bytes[at - 1] ?? 0) & 0x20) !== 0) return true;
  return false;
}

interface BerValue {
  readonly der: Uint8Array;
  readonly end: number;
  /** True when something inside was rewritten. */
  readonly changed: boolean;
}

interface BerHeader {
  readonly tag: number;
  readonly contentStart: number;
  /** undefined: up to the end-of-contents mark. */
  readonly length: number | undefined;
}

const constructedOctetString = 0x24;
const octetString = 0x04;

class BerWalk {
  readonly #bytes: Uint8Array;
  #values = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  /** undefined: malformed or beyond the limits. */
  value(at: number, depth: number): BerValue | undefined {
    const header = this.#header(at);
    if (header === undefined || depth > maxDepth || ++this.#values > maxValues) return undefined;
    const { tag, contentStart, length } = header;
    if (length !== undefined && contentStart + length > this.#bytes.length) return undefined;
    if ((tag & 0x20) === 0) {
      if (length === undefined) return undefined;
      const end = contentStart + length;
      return { der: this.#bytes.subarray(at, end), end, changed: false };
    }
    return this.#constructed(at, header, depth);
  }

  #constructed(at: number, { tag, contentStart, length }: BerHeader, depth: number): BerValue | undefined {
    const limit = length === undefined ? undefined : contentStart + length;
    const children: BerValue[] = [];
    let position = contentStart;
    while (position !== limit) {
      if (limit === undefined && this.#isEndOfContents(position)) break;
      const child = this.value(position, depth + 1);
      if (child === undefined || (limit !== undefined && child.end > limit)) return undefined;
      children.push(child);
      position = child.end;
    }
    const end = limit ?? position + 2;
    if (tag === constructedOctetString) return joined(children, end);
    if (limit !== undefined && !children.some((child) => child.changed))
      return { der: this.#bytes.subarray(at, end), end, changed: false };
    return { der: derValue(tag, ...children.map((child) => child.der)), end, changed: true };
  }

  #isEndOfContents(at: number): boolean {
    return this.#bytes[at] === 0 && this.#bytes[at + 1] === 0;
  }

  /** Tag numbers of 31 and more do not occur in messages. */
  #header(at: number): BerHeader | undefined {
    const tag = this.#bytes[at];
    const first = this.#bytes[at + 1];
    if (tag === undefined || first === undefined || (tag & 0x1f) === 0x1f) return undefined;
    if (first < 0x80) return { tag, contentStart: at + 2, length: first };
    if (first === 0x80) return { tag, contentStart: at + 2, length: undefined };
    const octets = first & 0x7f;
    if (octets > 4 || at + 2 + octets > this.#bytes.length) return undefined;
    let length = 0;
    for (let index = 0; index < octets; index++) length = length * 256 + (this.#bytes[at + 2 + index] ?? 0);
    return { tag, contentStart: at + 2 + octets, length };
  }
}

/** The pieces of a constructed OCTET STRING are OCTET STRINGs themselves, already joined. */
function joined(pieces: readonly BerValue[], end: number): BerValue | undefined {
  const contents: Uint8Array[] = [];
  for (const { der } of pieces) {
    if (der[0] !== octetString) return undefined;
    contents.push(contentOf(der));
  }
  return { der: derValue(octetString, concatBytes(...contents)), end, changed: true };
}

function contentOf(der: Uint8Array): Uint8Array {
  const first = der[1] ?? 0;
  return der.subarray(first < 0x80 ? 2 : 2 + (first & 0x7f));
}
