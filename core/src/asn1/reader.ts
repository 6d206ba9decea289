import { CodedError } from '../errors/coded-error.ts';
import { type DerLimits, defaultDerLimits } from './limits.ts';
import { derTag, describeTag } from './tags.ts';

/**
 * Reads exactly one DER value that fills the whole input, without copying: every view given out later is a window on
 * `bytes`, so the caller must not change them while a value is in use. Contents are read when asked for.
 *
 * @throws {CodedError} ERR_DER_TRUNCATED, ERR_DER_TRAILING_DATA, ERR_DER_LENGTH_INVALID, ERR_DER_TAG_INVALID,
 *   ERR_DER_LIMIT_EXCEEDED, each with the offset from the start of `bytes`
 */
export function readDer(bytes: Uint8Array, limits: DerLimits = defaultDerLimits): DerNode {
  if (bytes.length > limits.maxLength) throw limitExceeded('length', 0);
  const reader = new DerReader(bytes, 0, bytes.length, limits, 1);
  const node = reader.next();
  reader.finish();
  return node;
}

/** One value: where its header starts, where its contents start, where it ends. */
export class DerNode {
  /** See {@link derTag}: compare with `===`. */
  readonly tag: number;
  /** Offset of the identifier octet in the whole input. */
  readonly offset: number;
  /** Offset of the first content octet in the whole input. */
  readonly contentOffset: number;
  /** Offset behind the last content octet in the whole input. */
  readonly end: number;
  private readonly source: Uint8Array;
  private readonly limits: DerLimits;
  private readonly depth: number;

  constructor(
    source: Uint8Array,
    tag: number,
    offset: number,
    contentOffset: number,
    end: number,
    limits: DerLimits,
    depth: number,
  ) {
    this.source = source;
    this.tag = tag;
    this.offset = offset;
    this.contentOffset = contentOffset;
    this.end = end;
    this.limits = limits;
    this.depth = depth;
  }

  /** Header and contents, exactly as they came. */
  get der(): Uint8Array {
    return this.source.subarray(this.offset, this.end);
  }

  get content(): Uint8Array {
    return this.source.subarray(this.contentOffset, this.end);
  }

  get contentLength(): number {
    return this.end - this.contentOffset;
  }

  get constructed(): boolean {
    return (this.tag & 0x20) !== 0;
  }

  /** Refuses any other tag. @throws {CodedError} ERR_DER_TAG_UNEXPECTED */
  expect(tag: number): this {
    if (this.tag !== tag) throw unexpectedTag(this.offset, tag, describeTag(this.tag));
    return this;
  }

  /** The values inside. @throws {CodedError} ERR_DER_TAG_INVALID when this is a primitive value */
  reader(): DerReader {
    if (!this.constructed) throw new CodedError('ERR_DER_TAG_INVALID', { offset: this.offset });
    return new DerReader(this.source, this.contentOffset, this.end, this.limits, this.depth + 1);
  }

  /** The values inside, when this is a SEQUENCE. @throws {CodedError} ERR_DER_TAG_UNEXPECTED */
  sequence(): DerReader {
    return this.expect(derTag.sequence).reader();
  }

  /**
   * The one value encoded inside the contents of a primitive string, e.g. an extension's value in its OCTET STRING.
   * Offsets keep counting from the start of the whole input.
   *
   * @param skip  content octets before the value, 1 for a BIT STRING
   */
  nested(skip = 0): DerNode {
    const reader = new DerReader(this.source, this.contentOffset + skip, this.end, this.limits, this.depth + 1);
    const node = reader.next();
    reader.finish();
    return node;
  }
}

/** Values one after another, in order, each read once. */
export class DerReader {
  private readonly source: Uint8Array;
  private readonly end: number;
  private readonly limits: DerLimits;
  private readonly depth: number;
  private position: number;
  private count = 0;

  constructor(source: Uint8Array, start: number, end: number, limits: DerLimits, depth: number) {
    this.source = source;
    this.position = start;
    this.end = end;
    this.limits = limits;
    this.depth = depth;
  }

  /** Offset of the next value in the whole input. */
  get offset(): number {
    return this.position;
  }

  get atEnd(): boolean {
    return this.position >= this.end;
  }

  /** Whether a value follows whose tag is this one; tag number below 31. */
  nextIs(tag: number): boolean {
    return this.position < this.end && this.source[this.position] === tag;
  }

  /** The next value, whatever it is. @throws {CodedError} any ERR_DER_ of its header */
  next(): DerNode {
    const { source, end, limits, depth } = this;
    const offset = this.position;
    if (depth > limits.maxDepth) throw limitExceeded('depth', offset);
    if (++this.count > limits.maxNodes) throw limitExceeded('nodes', offset);
    let at = offset;
    let tag = at < end ? (source[at] ?? 0) : -1;
    if (tag < 0) throw truncated(offset);
    at++;
    if ((tag & 0x1f) === 0x1f) {
      const number = readTagNumber(source, at, end, offset);
      at = number.next;
      tag += number.value * 256;
    }
    if (tag < 0x40 && !universalFormIsValid(tag)) throw new CodedError('ERR_DER_TAG_INVALID', { offset });

    if (at >= end) throw truncated(at);
    let length = source[at++] ?? 0;
    if (length >= 0x80) {
      const octets = length & 0x7f;
      if (octets === 0 || octets === 127) throw invalidLength(at - 1);
      if (at + octets > end) throw truncated(end);
      if (source[at] === 0) throw invalidLength(at - 1);
      if (octets > 4) throw limitExceeded('length', at - 1);
      length = 0;
      for (let index = 0; index < octets; index++) length = length * 256 + (source[at + index] ?? 0);
      if (length < 0x80) throw invalidLength(at - 1);
      at += octets;
    }
    if (length > end - at) throw truncated(end);
    this.position = at + length;
    return new DerNode(source, tag, offset, at, at + length, limits, depth);
  }

  /** The next value, which must have this tag. @throws {CodedError} ERR_DER_TAG_UNEXPECTED, ERR_DER_TRUNCATED */
  read(tag: number): DerNode {
    if (this.atEnd) throw truncated(this.position);
    return this.next().expect(tag);
  }

  /** The next value when it has this tag (number below 31), otherwise nothing is read. */
  optional(tag: number): DerNode | undefined {
    return this.nextIs(tag) ? this.next() : undefined;
  }

  /** The values inside the next value, which must be a SEQUENCE. */
  sequence(): DerReader {
    return this.read(derTag.sequence).reader();
  }

  /** Everything left, in order. */
  rest(): readonly DerNode[] {
    const nodes: DerNode[] = [];
    while (!this.atEnd) nodes.push(this.next());
    return nodes;
  }

  /** Declares the end. @throws {CodedError} ERR_DER_TRAILING_DATA when something is left */
  finish(): void {
    if (this.position < this.end) throw new CodedError('ERR_DER_TRAILING_DATA', { offset: this.position });
  }
}

/** High tag numbers, base 128 and minimal (X.690 §8.1.2.4), at most 21 bits: no format in use has larger ones. */
function readTagNumber(
  source: Uint8Array,
  start: number,
  end: number,
  offset: number,
): { readonly value: number; readonly next: number } {
  let value = 0;
  for (let at = start; at < start + 3; at++) {
    if (at >= end) throw truncated(at);
    const octet = source[at] ?? 0;
    if (octet === 0x80 && at === start) break;
    value = value * 128 + (octet & 0x7f);
    if (octet < 0x80) {
      if (value < 0x1f) break;
      return { value, next: at + 1 };
    }
  }
  throw new CodedError('ERR_DER_TAG_INVALID', { offset });
}

/**
 * DER knows one form for each universal type: SEQUENCE and SET (and the structured EXTERNAL, EMBEDDED PDV and CHARACTER
 * STRING) are constructed, all others primitive. Tag 0 is the end-of-contents mark of BER.
 */
function universalFormIsValid(tag: number): boolean {
  const number = tag & 0x1f;
  if (number === 0) return false;
  const structured = number === 16 || number === 17 || number === 8 || number === 11 || number === 29;
  return structured === ((tag & 0x20) !== 0);
}

function truncated(offset: number): CodedError {
  return new CodedError('ERR_DER_TRUNCATED', { offset });
}

function invalidLength(offset: number): CodedError {
  return new CodedError('ERR_DER_LENGTH_INVALID', { offset });
}

function limitExceeded(limit: string, offset: number): CodedError {
  return new CodedError('ERR_DER_LIMIT_EXCEEDED', { limit, offset });
}

function unexpectedTag(offset: number, expected: number, actual: string): CodedError {
  return new CodedError('ERR_DER_TAG_UNEXPECTED', { offset, expected: describeTag(expected), actual });
}
