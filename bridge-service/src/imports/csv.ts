import { isAscii } from 'node:buffer';
import type { CodedReason } from '../services/ports/import-records.ts';
import { malformed, readLimits } from './limits.ts';
import type { TableRow } from './table-row.ts';
import { decodeText, isSurelyUtf8 } from './text-encoding.ts';

export type Separator = ',' | ';' | '\t';
export const separators: readonly Separator[] = [',', ';', '\t'];

const quote = 0x22;
const carriageReturn = 0x0d;
const lineFeed = 0x0a;

interface Field {
  readonly start: number;
  readonly end: number;
  readonly quoted: boolean;
}

/** A record in the buffer; `more` when it does not end in what is there. */
type Scanned = { readonly fields: readonly Field[]; readonly end: number; readonly overflow: boolean } | 'more';

/**
 * Rows of a CSV file (RFC 4180), read as bytes: in UTF-8 and in GB18030 alike no byte of a letter is a quotation mark, one of the
 * separators or a line end. Each record is decoded by itself, and one that is not text in this encoding is told as such and not guessed at.
 *
 * A quotation mark that is never closed would swallow what follows: such a line is given up alone, and after some of them the file.
 *
 * @throws {CodedError} ERR_IMPORT_MALFORMED
 */
export async function* csvRows(
  stream: AsyncIterable<Buffer>,
  encoding: 'utf-8' | 'gb18030',
  separator: Separator,
  place: string,
): AsyncGenerator<TableRow> {
  const mark = separator.charCodeAt(0);
  let held: Buffer = Buffer.alloc(0);
  let number = 0;
  let open = 0;
  let skipping = false;
  const take = function* (last: boolean): Generator<TableRow> {
    let at = 0;
    if (skipping) {
      const end = endOfLine(held, 0);
      skipping = end < 0;
      at = end < 0 ? held.length : end;
    }
    while (at < held.length) {
      const scanned = scan(held, at, mark, last);
      if (scanned === 'more') {
        if (held.length - at <= readLimits.recordBytes && !last) break;
        open += 1;
        if (open > readLimits.openRecords) throw malformed('quotation marks that are never closed', place);
        const end = endOfLine(held, at);
        number += 1;
        yield unreadable(number, tooLong);
        skipping = end < 0;
        at = end < 0 ? held.length : end;
        continue;
      }
      number += 1;
      yield readRecord(held.subarray(at, scanned.end), scanned, at, encoding, number);
      at = scanned.end;
    }
    held = held.subarray(at);
  };
  for await (const piece of stream) {
    held = held.length === 0 ? piece : Buffer.concat([held, piece]);
    yield* take(false);
  }
  yield* take(true);
}

const tooLong: CodedReason = { code: 'ERR_IMPORT_LIMIT', params: { what: 'bytes', limit: readLimits.recordBytes } };
const unreadable = (number: number, trouble: CodedReason): TableRow => ({ number, cells: [], trouble });

function readRecord(
  record: Buffer,
  { fields, overflow }: Exclude<Scanned, 'more'>,
  start: number,
  encoding: 'utf-8' | 'gb18030',
  number: number,
): TableRow {
  if (overflow)
    return unreadable(number, { code: 'ERR_IMPORT_LIMIT', params: { what: 'columns', limit: readLimits.columns } });
  if (record.includes(0)) return unreadable(number, { code: 'ERR_IMPORT_CELL', params: { column: '', rule: 'NUL' } });
  const wrong = unreadable(number, { code: 'ERR_IMPORT_ENCODING', params: {} });
  const ascii = isAscii(record);
  if (!ascii && encoding === 'gb18030' && isSurelyUtf8(record)) return wrong;
  const cells: string[] = [];
  for (const field of fields) {
    const bytes = record.subarray(field.start - start, field.end - start);
    const text = ascii ? bytes.toString('latin1') : decodeText(bytes, encoding);
    if (text === null) return wrong;
    cells.push(field.quoted ? text.replaceAll('""', '"') : text);
  }
  return { number, cells };
}

function scan(bytes: Buffer, start: number, mark: number, last: boolean): Scanned {
  const fields: Field[] = [];
  let overflow = false;
  const add = (field: Field): void => {
    if (fields.length < readLimits.columns) fields.push(field);
    else overflow = true;
  };
  let at = start;
  for (;;) {
    const quoted = bytes[at] === quote;
    let fieldStart = at;
    let fieldEnd = -1;
    if (quoted) {
      fieldStart = at + 1;
      fieldEnd = closingQuote(bytes, fieldStart);
      if (fieldEnd < 0) return 'more';
      at = fieldEnd + 1;
    }
    while (at < bytes.length) {
      const byte = bytes[at];
      if (byte === mark || byte === lineFeed || byte === carriageReturn) break;
      at += 1;
    }
    add({ start: fieldStart, end: quoted ? fieldEnd : at, quoted });
    if (at >= bytes.length) return last ? { fields, end: at, overflow } : 'more';
    if (bytes[at] === mark) {
      at += 1;
      continue;
    }
    if (bytes[at] === carriageReturn) {
      // Whether a line feed belongs to it is not known yet.
      if (at + 1 >= bytes.length && !last) return 'more';
      return { fields, end: at + (bytes[at + 1] === lineFeed ? 2 : 1), overflow };
    }
    return { fields, end: at + 1, overflow };
  }
}

/** Two marks in a row are one that is meant. */
function closingQuote(bytes: Buffer, from: number): number {
  for (let at = bytes.indexOf(quote, from); at >= 0; at = bytes.indexOf(quote, at + 2))
    if (bytes[at + 1] !== quote) return at;
  return -1;
}

function endOfLine(bytes: Buffer, from: number): number {
  const feed = bytes.indexOf(lineFeed, from);
  return feed < 0 ? -1 : feed + 1;
}

/** The separator that the first line has most of, outside of quotation marks; `sep=;` in front is Excel's word for it. */
export function findSeparator(head: Buffer): { readonly separator: Separator; readonly skip: number } {
  const said = /^sep=([,;\t])\r?\n/.exec(head.toString('latin1', 0, 16));
  if (said !== null) return { separator: said[1] as Separator, skip: said[0].length };
  const counts = new Map<number, number>();
  let inside = false;
  for (const byte of head) {
    if (byte === quote) inside = !inside;
    else if (!inside && (byte === lineFeed || byte === carriageReturn)) break;
    else if (!inside) counts.set(byte, (counts.get(byte) ?? 0) + 1);
  }
  const count = (separator: Separator): number => counts.get(separator.charCodeAt(0)) ?? 0;
  const [most = ','] = [...separators].sort((a, b) => count(b) - count(a));
  return { separator: most, skip: 0 };
}
