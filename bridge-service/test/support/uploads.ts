import { crc32, deflateRawSync } from 'node:zlib';

export interface ZipFile {
  readonly name: string | Buffer;
  readonly bytes: Buffer;
  /** Bit 11 of the flags says that the name is UTF-8. */
  readonly utf8?: boolean;
  readonly stored?: boolean;
  readonly extra?: Buffer;
  /** What the headers say instead of the truth. */
  readonly claim?: {
    readonly size?: number;
    readonly packed?: number;
    readonly crc?: number;
    readonly offset?: number;
    readonly flags?: number;
  };
}

/** An archive as any program writes it, and as no program should. */
export function makeZip(files: readonly ZipFile[]): Buffer {
  const parts: Buffer[] = [];
  const directory: Buffer[] = [];
  let offset = 0;
  for (const file of files) {
    const name = typeof file.name === 'string' ? Buffer.from(file.name) : file.name;
    const packed = file.stored === true ? file.bytes : deflateRawSync(file.bytes);
    const extra = file.extra ?? Buffer.alloc(0);
    const { claim = {} } = file;
    const fields = Buffer.alloc(26);
    fields.writeUInt16LE(20, 0);
    fields.writeUInt16LE((claim.flags ?? 0) | (file.utf8 === true ? 1 << 11 : 0), 2);
    fields.writeUInt16LE(file.stored === true ? 0 : 8, 4);
    fields.writeUInt32LE(claim.crc ?? crc32(file.bytes), 10);
    fields.writeUInt32LE(claim.packed ?? packed.length, 14);
    fields.writeUInt32LE(claim.size ?? file.bytes.length, 18);
    fields.writeUInt16LE(name.length, 22);
    fields.writeUInt16LE(extra.length, 24);
    const local = Buffer.concat([Buffer.from('PK\x03\x04', 'latin1'), fields, name, extra, packed]);
    const end = Buffer.alloc(14);
    end.writeUInt32LE(claim.offset ?? offset, 10);
    directory.push(Buffer.concat([Buffer.from('PK\x01\x02\x14\x00', 'latin1'), fields, end, name, extra]));
    parts.push(local);
    offset += local.length;
  }
  const central = Buffer.concat(directory);
  const end = Buffer.alloc(22);
  end.write('PK\x05\x06', 'latin1');
  end.writeUInt16LE(Math.min(files.length, 0xffff), 8);
  end.writeUInt16LE(Math.min(files.length, 0xffff), 10);
  end.writeUInt32LE(central.length, 12);
  end.writeUInt32LE(offset, 16);
  return Buffer.concat([...parts, central, end]);
}

const escapeXml = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('\r', '_x000D_');

function columnName(index: number): string {
  let name = '';
  for (let left = index + 1; left > 0; left = Math.floor((left - 1) / 26))
    name = String.fromCharCode(65 + ((left - 1) % 26)) + name;
  return name;
}

const xmlHead = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n';
const main = 'http://schemas.openxmlformats.org/spreadsheetml/2006/main';
const relationships = 'http://schemas.openxmlformats.org/officeDocument/2006/relationships';

/** A workbook of one sheet; its texts shared, as Excel writes them, or in the cells. */
export function makeWorkbook(
  rows: readonly (readonly string[])[],
  { shared = true, sheet }: { readonly shared?: boolean; readonly sheet?: string } = {},
): Buffer {
  return makeZip(workbookParts(rows, shared, sheet));
}

export function workbookParts(rows: readonly (readonly string[])[], shared = true, given?: string): readonly ZipFile[] {
  const texts: string[] = [];
  const numbers = new Map<string, number>();
  const cell = (text: string, row: number, column: number): string => {
    const at = `r="${columnName(column)}${row + 1}"`;
    if (!shared) return `<c ${at} t="inlineStr"><is><t xml:space="preserve">${escapeXml(text)}</t></is></c>`;
    let number = numbers.get(text);
    if (number === undefined) {
      number = texts.length;
      texts.push(text);
      numbers.set(text, number);
    }
    return `<c ${at} t="s"><v>${number}</v></c>`;
  };
  const lines = rows.map(
    (row, index) =>
      `<row r="${index + 1}">${row.map((text, column) => (text === '' ? '' : cell(text, index, column))).join('')}</row>`,
  );
  const sheet = given ?? `${xmlHead}<worksheet xmlns="${main}"><sheetData>${lines.join('')}</sheetData></worksheet>`;
  const part = (name: string, text: string): ZipFile => ({ name, bytes: Buffer.from(text) });
  const type = (name: string): string => `${relationships}/${name}`;
  return [
    part(
      '[Content_Types].xml',
      `${xmlHead}<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"/>`,
    ),
    part(
      'xl/workbook.xml',
      `${xmlHead}<workbook xmlns="${main}" xmlns:r="${relationships}"><sheets><sheet name="藏" sheetId="2" state="hidden" r:id="rId9"/><sheet name="存量证书" sheetId="1" r:id="rId1"/></sheets></workbook>`,
    ),
    part(
      'xl/_rels/workbook.xml.rels',
      `${xmlHead}<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1" Type="${type('worksheet')}" Target="worksheets/sheet1.xml"/><Relationship Id="rId2" Type="${type('sharedStrings')}" Target="sharedStrings.xml"/></Relationships>`,
    ),
    part(
      'xl/sharedStrings.xml',
      `${xmlHead}<sst xmlns="${main}">${texts.map((text) => `<si><t xml:space="preserve">${escapeXml(text)}</t><rPh sb="0" eb="1"><t>ポ</t></rPh></si>`).join('')}</sst>`,
    ),
    part('xl/worksheets/sheet1.xml', sheet),
  ];
}

/** A CSV file of these cells, each in quotation marks where it needs them. */
export function makeCsv(rows: readonly (readonly string[])[], separator = ','): string {
  const cell = (text: string): string => (/[",;\t\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text);
  return rows.map((row) => `${row.map(cell).join(separator)}\r\n`).join('');
}

/** Words of a stock list in GB18030, which Node reads and does not write: taken from the table of the decoder. */
export function toGb18030(text: string): Buffer {
  const table = gbTable();
  return Buffer.concat(
    [...text].map((letter) => {
      if (letter.charCodeAt(0) < 0x80) return Buffer.from(letter);
      const bytes = table.get(letter);
      if (bytes === undefined) throw new Error(`not in GBK: ${letter}`);
      return bytes;
    }),
  );
}

let gb: Map<string, Buffer> | undefined;

function gbTable(): Map<string, Buffer> {
  if (gb !== undefined) return gb;
  gb = new Map();
  const decoder = new TextDecoder('gb18030');
  for (let lead = 0x81; lead <= 0xfe; lead++)
    for (let trail = 0x40; trail <= 0xfe; trail++) {
      if (trail === 0x7f) continue;
      const bytes = Buffer.of(lead, trail);
      const text = decoder.decode(bytes);
      if ([...text].length === 1 && text !== '\ufffd') gb.set(text, bytes);
    }
  return gb;
}
