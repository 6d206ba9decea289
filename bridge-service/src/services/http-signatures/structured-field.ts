import { fromBase64 } from '@onelock/core/bytes';
import { CodedError, isCodedError } from '@onelock/core/errors';

/** A bare item of RFC 8941 §3.3, as far as signatures have them. */
export type BareItem = string | number | boolean | Uint8Array;
export type Parameters = ReadonlyMap<string, BareItem>;

/** An inner list (RFC 8941 §3.1.1) of strings, as `Signature-Input` has them. */
export interface InnerList {
  readonly items: readonly { readonly value: string; readonly parameters: Parameters }[];
  readonly parameters: Parameters;
}

const longestField = 8_192;
const mostMembers = 4;
const mostItems = 32;
const mostParameters = 16;

/**
 * Reads a dictionary whose members are inner lists of strings or byte sequences. A key that comes twice is refused: two readers would take
 * different ones.
 *
 * @throws {CodedError} ERR_AUTH_SIGNATURE_INVALID { rule } naming the field
 */
export function readDictionary(field: string, text: string): ReadonlyMap<string, InnerList | Uint8Array> {
  const at = new Cursor(field, text);
  const members = new Map<string, InnerList | Uint8Array>();
  at.spaces();
  while (!at.ended) {
    const key = at.key();
    if (members.has(key) || members.size >= mostMembers) throw at.wrong();
    at.take('=');
    members.set(key, at.peek() === '(' ? innerList(at) : byteSequence(at));
    at.blanks();
    if (at.ended) break;
    at.take(',');
    at.blanks();
    if (at.ended) throw at.wrong();
  }
  return members;
}

/** The other way (RFC 8941 §4.1.1.1): what a signature says of itself. */
export function writeInnerList({ items, parameters }: InnerList): string {
  const written = items.map((item) => `${writeItem(item.value)}${writeParameters(item.parameters)}`);
  return `(${written.join(' ')})${writeParameters(parameters)}`;
}

export function writeItem(item: BareItem): string {
  if (typeof item === 'string') return `"${item.replaceAll(/["\\]/g, '\\$&')}"`;
  if (typeof item === 'number') return String(item);
  if (typeof item === 'boolean') return item ? '?1' : '?0';
  return `:${Buffer.from(item).toString('base64')}:`;
}

export function writeParameters(parameters: Parameters): string {
  return [...parameters].map(([key, value]) => (value === true ? `;${key}` : `;${key}=${writeItem(value)}`)).join('');
}

class Cursor {
  readonly #field: string;
  readonly #text: string;
  #at = 0;

  constructor(field: string, text: string) {
    this.#field = field;
    this.#text = text;
    if (text.length > longestField) throw this.wrong();
  }

  get ended(): boolean {
    return this.#at >= this.#text.length;
  }

  peek(): string {
    return this.#text[this.#at] ?? '';
  }

  wrong(): CodedError {
    return new CodedError('ERR_AUTH_SIGNATURE_INVALID', { rule: `${this.#field} (RFC 8941)` });
  }

  /** Takes what the pattern, which is sticky, finds here. */
  match(pattern: RegExp): string {
    pattern.lastIndex = this.#at;
    const [found] = pattern.exec(this.#text) ?? [];
    if (found === undefined) throw this.wrong();
    this.#at += found.length;
    return found;
  }

  take(sign: string): void {
    if (this.peek() !== sign) throw this.wrong();
    this.#at += 1;
  }

  spaces(): void {
    while (this.peek() === ' ') this.#at += 1;
  }

  /** OWS of RFC 9110. */
  blanks(): void {
    while (this.peek() === ' ' || this.peek() === '\t') this.#at += 1;
  }

  key(): string {
    return this.match(/[a-z*][a-z0-9_\-.*]{0,63}/y);
  }
}

function innerList(at: Cursor): InnerList {
  at.take('(');
  const items: { value: string; parameters: Parameters }[] = [];
  for (;;) {
    at.spaces();
    if (at.peek() === ')') break;
    if (items.length >= mostItems) throw at.wrong();
    items.push({ value: string(at), parameters: parameters(at) });
    if (at.peek() !== ' ' && at.peek() !== ')') throw at.wrong();
  }
  at.take(')');
  return { items, parameters: parameters(at) };
}

function parameters(at: Cursor): Parameters {
  const found = new Map<string, BareItem>();
  while (at.peek() === ';') {
    at.take(';');
    at.spaces();
    const key = at.key();
    if (found.has(key) || found.size >= mostParameters) throw at.wrong();
    if (at.peek() !== '=') {
      found.set(key, true);
      continue;
    }
    at.take('=');
    found.set(key, bareItem(at));
  }
  return found;
}

function bareItem(at: Cursor): BareItem {
  if (at.peek() === '"') return string(at);
  if (at.peek() === ':') return byteSequence(at);
  if (at.peek() === '?') return at.match(/\?[01]/y) === '?1';
  return Number(at.match(/-?\d{1,15}(?![\d.])/y));
}

function string(at: Cursor): string {
  return at
    .match(/"(?:[\x20-\x21\x23-\x5b\x5d-\x7e]|\\["\\])*"/y)
    .slice(1, -1)
    .replaceAll(/\\(["\\])/g, '$1');
}

function byteSequence(at: Cursor): Uint8Array {
  const text = at.match(/:[A-Za-z0-9+/=]*:/y).slice(1, -1);
  try {
    return fromBase64(text);
  } catch (error) {
    if (isCodedError(error)) throw at.wrong();
    throw error;
  }
}
