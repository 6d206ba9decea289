import path from 'node:path';
import type { CodedReason } from '../services/ports/import-records.ts';
import type { ByteSource } from './byte-source.ts';
import { malformed, readLimits, type UnpackBudget } from './limits.ts';
import { SharedStrings } from './shared-strings.ts';
import type { TableRow } from './table-row.ts';
import { type XmlEvent, XmlReader } from './xml-reader.ts';
import type { ZipEntry } from './zip-directory.ts';
import { entryBytes } from './zip-entry.ts';

const workbookPart = 'xl/workbook.xml';
const mostSheets = 1_000;

export const isWorkbook = (entries: readonly ZipEntry[]): boolean =>
  entries.some(({ name }) => name === workbookPart) && entries.some(({ name }) => name === '[Content_Types].xml');

/** A sheet that was chosen, and its rows. */
export interface Sheet {
  readonly name: string;
  rows(): AsyncGenerator<TableRow>;
}

/**
 * Opens the one sheet that is wanted of an Office Open XML workbook (ISO/IEC 29500-1 §18). A formula is the text that was stored for it,
 * or itself where there is none: nothing is computed.
 *
 * @param wanted  null: the first that is not hidden
 * @throws {CodedError} ERR_IMPORT_MALFORMED, ERR_IMPORT_LIMIT
 */
export async function openSheet(
  source: ByteSource,
  entries: readonly ZipEntry[],
  wanted: string | null,
  budget: UnpackBudget,
  scratch: string,
  place: string,
): Promise<Sheet> {
  const parts = new Map(entries.map((entry) => [entry.name.replace(/^\//, ''), entry]));
  const read = (name: string) => xmlEvents(source, parts, name, budget, place);
  const sheets: { readonly name: string; readonly id: string; readonly hidden: boolean }[] = [];
  for await (const [events, reader] of read(workbookPart))
    for (const event of events)
      if (event.kind === 'open' && event.name === 'sheet') {
        if (sheets.length >= mostSheets) throw malformed('sheets', place);
        const of = (name: string): string => reader.attribute(event, name) ?? '';
        sheets.push({ name: of('name'), id: of('id'), hidden: /hidden/i.test(of('state')) });
      }
  const targets = new Map<string, string>();
  let sharedPart: string | undefined;
  for await (const [events, reader] of read('xl/_rels/workbook.xml.rels'))
    for (const event of events)
      if (event.kind === 'open' && event.name === 'Relationship') {
        const target = partName(reader.attribute(event, 'Target') ?? '');
        targets.set(reader.attribute(event, 'Id') ?? '', target);
        if (reader.attribute(event, 'Type')?.endsWith('/sharedStrings') === true) sharedPart = target;
      }
  const sheet =
    wanted === null ? (sheets.find(({ hidden }) => !hidden) ?? sheets[0]) : sheets.find(({ name }) => name === wanted);
  const target = sheet === undefined ? undefined : targets.get(sheet.id);
  if (sheet === undefined || target === undefined || !parts.has(target))
    throw malformed(wanted === null ? 'no sheet' : `no sheet ${wanted}`, place);
  return {
    name: sheet.name,
    async *rows() {
      const texts = new SharedStrings(scratch);
      try {
        if (sharedPart !== undefined && parts.has(sharedPart)) await readTexts(read(sharedPart), texts);
        yield* readRows(read(target), texts);
      } finally {
        texts.close();
      }
    },
  };
}

/** Targets are relative to `xl`. They name parts inside the workbook and nothing else. */
const partName = (target: string): string =>
  target.startsWith('/') ? target.slice(1) : path.posix.normalize(`xl/${target}`);

async function* xmlEvents(
  source: ByteSource,
  parts: ReadonlyMap<string, ZipEntry>,
  name: string,
  budget: UnpackBudget,
  place: string,
): AsyncGenerator<readonly [readonly XmlEvent[], XmlReader]> {
  const entry = parts.get(name);
  if (entry === undefined) throw malformed(`no ${name}`, place);
  const reader = new XmlReader(`${place}/${name}`);
  const decoder = new TextDecoder('utf-8', { fatal: true });
  const decode = (bytes?: Buffer): string => {
    try {
      return bytes === undefined ? decoder.decode() : decoder.decode(bytes, { stream: true });
    } catch (error) {
      throw malformed('XML that is not UTF-8', place, error);
    }
  };
  for await (const bytes of entryBytes(source, entry, budget, place)) yield [reader.push(decode(bytes)), reader];
  yield [reader.push(decode()), reader];
  reader.end();
}

type Events = AsyncIterable<readonly [readonly XmlEvent[], XmlReader]>;

async function readTexts(events: Events, texts: SharedStrings): Promise<void> {
  let text = '';
  let inText = false;
  let phonetic = false;
  for await (const [some] of events)
    for (const event of some) {
      if (event.kind === 'text') {
        if (inText && !phonetic && text.length <= readLimits.recordBytes) text += event.text;
        continue;
      }
      const opens = event.kind === 'open' && !event.empty;
      if (event.name === 't') inText = opens;
      else if (event.name === 'rPh') phonetic = opens;
      else if (event.name === 'si') {
        if (opens) text = '';
        else {
          texts.add(event.kind === 'open' ? '' : unescapeControls(text));
          text = '';
        }
      }
    }
}

async function* readRows(events: Events, texts: SharedStrings): AsyncGenerator<TableRow> {
  let number = 0;
  let cells: string[] = [];
  let trouble: CodedReason | undefined;
  let column = 0;
  let type = '';
  let value = '';
  let formula = '';
  let where: 'value' | 'formula' | 'text' | 'phonetic' | null = null;
  for await (const [some, reader] of events)
    for (const event of some) {
      if (event.kind === 'text') {
        if (value.length + formula.length > readLimits.recordBytes) continue;
        if (where === 'value' || where === 'text') value += event.text;
        else if (where === 'formula') formula += event.text;
        continue;
      }
      if (event.kind === 'open') {
        if (event.name === 'row') {
          const said = Number(reader.attribute(event, 'r'));
          number = Number.isSafeInteger(said) && said > number ? said : number + 1;
          [cells, trouble, column] = [[], undefined, -1];
          if (event.empty) yield { number, cells };
        } else if (event.name === 'c') {
          column = columnOf(reader.attribute(event, 'r')) ?? column + 1;
          [type, value, formula] = [reader.attribute(event, 't') ?? 'n', '', ''];
        } else if (!event.empty) {
          if (event.name === 'v') where = 'value';
          else if (event.name === 'f') where = 'formula';
          else if (event.name === 't' && where !== 'phonetic') where = 'text';
          else if (event.name === 'rPh') where = 'phonetic';
        }
        if (event.name !== 'c' || !event.empty) continue;
      }
      if (event.name === 'rPh' || (where !== 'phonetic' && ['v', 'f', 't'].includes(event.name))) where = null;
      if (event.name === 'c') {
        if (column >= readLimits.columns)
          trouble ??= { code: 'ERR_IMPORT_LIMIT', params: { what: 'columns', limit: readLimits.columns } };
        else {
          const text = cellText(type, value, formula, texts);
          if (text === undefined) trouble ??= cellTrouble(column);
          else if (text !== '') {
            while (cells.length < column) cells.push('');
            cells[column] = text;
          }
        }
      } else if (event.name === 'row' && event.kind === 'close')
        yield { number, cells, ...(trouble !== undefined && { trouble }) };
    }
}

const cellTrouble = (column: number): CodedReason => ({
  code: 'ERR_IMPORT_CELL',
  params: { column: String(column + 1), rule: 'text' },
});

function cellText(type: string, value: string, formula: string, texts: SharedStrings): string | undefined {
  if (value.length > readLimits.recordBytes) return undefined;
  if (type === 's') return texts.at(Number(value === '' ? Number.NaN : value));
  if (type === 'e') return undefined;
  if (value === '' && formula !== '') return `=${formula}`;
  const text = type === 'inlineStr' || type === 'str' ? unescapeControls(value) : value;
  return text.includes('\0') ? undefined : text;
}

/** `AB12` → 27. */
function columnOf(reference: string | undefined): number | undefined {
  const letters = /^([A-Z]{1,3})\d+$/.exec(reference ?? '')?.[1];
  if (letters === undefined) return undefined;
  let column = 0;
  for (const letter of letters) column = column * 26 + letter.charCodeAt(0) - 64;
  return column - 1;
}

/** `_x000D_` is a carriage return (ISO/IEC 29500-1 §22.4.2.4). */
function unescapeControls(text: string): string {
  return text.includes('_x')
    ? text.replaceAll(/_x([0-9A-Fa-f]{4})_/g, (_all, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)))
    : text;
}
