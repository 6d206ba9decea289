import { malformed, readLimits } from './limits.ts';

export type XmlEvent =
  | { readonly kind: 'open'; readonly name: string; readonly attributes: string; readonly empty: boolean }
  | { readonly kind: 'close'; readonly name: string }
  | { readonly kind: 'text'; readonly text: string };

/**
 * Reads the XML of a workbook piece by piece. It knows elements, text, CDATA and the five entities; a document type, from which entity
 * bombs and outside files come, is refused, and so is anything longer or deeper than a workbook needs.
 */
export class XmlReader {
  readonly #place: string;
  #rest = '';
  #depth = 0;

  constructor(place: string) {
    this.#place = place;
  }

  /** @throws {CodedError} ERR_IMPORT_MALFORMED */
  push(piece: string): readonly XmlEvent[] {
    const text = this.#rest + piece;
    const events: XmlEvent[] = [];
    let at = 0;
    for (;;) {
      if (text[at] !== '<') {
        const tag = text.indexOf('<', at);
        if (tag < 0) break;
        events.push({ kind: 'text', text: this.#unescape(text.slice(at, tag)) });
        at = tag;
      }
      const end = this.#markup(text, at, events);
      if (end < 0) break;
      at = end;
    }
    this.#rest = text.slice(at);
    if (this.#rest.length > readLimits.recordBytes) throw this.#malformed('an element or text without end');
    return events;
  }

  /** @throws {CodedError} ERR_IMPORT_MALFORMED when the text stops in the middle */
  end(): void {
    if (this.#depth !== 0 || this.#rest.trim() !== '') throw this.#malformed('it stops in the middle');
  }

  /** Reads what begins at `<`; gives where it ends, or -1 when more is needed. */
  #markup(text: string, at: number, events: XmlEvent[]): number {
    const until = (mark: string, from: number): number => {
      const found = text.indexOf(mark, from);
      return found < 0 ? -1 : found + mark.length;
    };
    if (text.startsWith('<?', at)) return until('?>', at + 2);
    if (text.startsWith('<!', at)) {
      if (text.startsWith('<!--', at)) return until('-->', at + 4);
      if (text.startsWith('<![CDATA[', at)) {
        const end = until(']]>', at + 9);
        if (end >= 0) events.push({ kind: 'text', text: text.slice(at + 9, end - 3) });
        return end;
      }
      if ('<![CDATA['.startsWith(text.slice(at)) || '<!--'.startsWith(text.slice(at))) return -1;
      throw this.#malformed('a document type');
    }
    if (at + 1 >= text.length) return -1;
    const end = endOfTag(text, at + 1);
    if (end < 0) return -1;
    this.#tag(text.slice(at + 1, end), events);
    return end + 1;
  }

  #tag(tag: string, events: XmlEvent[]): void {
    if (tag.startsWith('/')) {
      this.#depth -= 1;
      if (this.#depth < 0) throw this.#malformed('an end without a beginning');
      events.push({ kind: 'close', name: localName(tag.slice(1).trim()) });
      return;
    }
    const empty = tag.endsWith('/');
    const inner = empty ? tag.slice(0, -1) : tag;
    const space = inner.search(/\s/);
    const name = localName(space < 0 ? inner : inner.slice(0, space));
    if (name === '') throw this.#malformed('an element without a name');
    events.push({ kind: 'open', name, attributes: space < 0 ? '' : inner.slice(space), empty });
    if (empty) return;
    this.#depth += 1;
    if (this.#depth > readLimits.xmlDepth) throw this.#malformed('too deep');
  }

  #unescape(text: string): string {
    if (!text.includes('&')) return text;
    return text.replaceAll(/&([^;&]{0,12});?/g, (whole, name: string) => {
      const known = entities[name];
      if (known !== undefined && whole.endsWith(';')) return known;
      const [, hex, decimal] = /^#(?:x([0-9a-fA-F]{1,6})|(\d{1,7}))$/.exec(name) ?? [];
      const point = hex !== undefined ? Number.parseInt(hex, 16) : Number(decimal ?? Number.NaN);
      if (!(point > 0 && point <= 0x10ffff) || (point >= 0xd800 && point < 0xe000) || !whole.endsWith(';'))
        throw this.#malformed('an unknown entity');
      return String.fromCodePoint(point);
    });
  }

  #malformed(what: string) {
    return malformed(`XML: ${what}`, this.#place);
  }

  /** The value of an attribute. */
  attribute(event: { readonly attributes: string }, name: string): string | undefined {
    const found = attributePattern(name).exec(event.attributes);
    const value = found?.[1] ?? found?.[2];
    return value === undefined ? undefined : this.#unescape(value);
  }
}

const patterns = new Map<string, RegExp>();

function attributePattern(name: string): RegExp {
  const known = patterns.get(name);
  if (known !== undefined) return known;
  const made = new RegExp(`\\s(?:[\\w.-]+:)?${name}\\s*=\\s*(?:"([^"]*)"|'([^']*)')`);
  patterns.set(name, made);
  return made;
}

const entities: Readonly<Record<string, string | undefined>> = { lt: '<', gt: '>', amp: '&', quot: '"', apos: "'" };

const localName = (name: string): string => name.slice(name.indexOf(':') + 1);

/** Where the tag ends: `>` may stand in the value of an attribute. */
function endOfTag(text: string, from: number): number {
  let quote = '';
  const first = text.indexOf('>', from);
  if (first < 0) return -1;
  for (let at = from; at < text.length; at++) {
    const character = text.charAt(at);
    if (quote !== '') {
      if (character === quote) quote = '';
    } else if (character === '"' || character === "'") quote = character;
    else if (character === '>') return at;
  }
  return -1;
}
