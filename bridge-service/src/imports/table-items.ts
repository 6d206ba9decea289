import { fromBase64, fromHex } from '@onelock/core/bytes';
import { isCodedError } from '@onelock/core/errors';
import type { ImportField, ImportSettings } from '../services/ports/import-records.ts';
import { type NamedFiles, noFiles } from './archive-files.ts';
import { certificateFileItems } from './certificate-file.ts';
import { findColumns } from './columns.ts';
import { derItems, reasonOf } from './der-file.ts';
import { readLimits } from './limits.ts';
import type { TableRow } from './table-row.ts';
import { oneLine, plainCell } from './text-encoding.ts';
import type { ReadingNotes, Said, UploadItem } from './upload-item.ts';

const samples = 5;
const sampleLength = 80;
/** As long as the registries take them. */
const longestText: Readonly<Record<Exclude<ImportField, 'certificate'>, number>> = {
  creditCode: 60,
  companyName: 120,
  legalPerson: 60,
  medium: 60,
};

/**
 * What the rows of a table say: one item for each certificate of a row, or one for its company.
 *
 * @throws {CodedError} ERR_IMPORT_MAPPING
 */
export async function* tableItems(
  rows: AsyncIterable<TableRow>,
  settings: ImportSettings,
  place: string,
  encoding: string,
  notes: ReadingNotes,
  files: NamedFiles = noFiles,
): AsyncGenerator<UploadItem> {
  let fields: readonly (ImportField | null)[] | undefined;
  let headers: readonly string[] = [];
  const shown: (readonly string[])[] = [];
  const cut = (cells: readonly string[]): readonly string[] =>
    cells.slice(0, 64).map((cell) => oneLine(cell, sampleLength));
  let told = false;
  const tell = (): void => {
    if (!told && fields !== undefined) notes.table({ place, encoding, headers, fields, samples: shown });
    told = true;
  };
  let unclear: unknown;
  for await (const row of rows) {
    if (row.trouble === undefined && row.cells.every((cell) => cell.trim() === '')) continue;
    if (unclear !== undefined) {
      // Whoever has to say what the columns are needs to see some rows.
      if (row.trouble === undefined) shown.push(cut(row.cells));
      if (shown.length >= samples) break;
      continue;
    }
    if (fields === undefined && row.trouble === undefined) {
      headers = cut(row.cells);
      try {
        const columns = findColumns(row.cells, settings.columns);
        fields = columns.fields;
        if (columns.header) continue;
        headers = [];
      } catch (error) {
        unclear = error;
        continue;
      }
    }
    if (row.trouble === undefined && shown.length < samples) shown.push(cut(row.cells));
    if (shown.length >= samples) tell();
    yield* rowItems(row, fields ?? [], `${place}#${row.number}`, files);
  }
  if (unclear !== undefined) {
    fields = headers.map(() => null);
    tell();
    throw unclear;
  }
  tell();
}

async function* rowItems(
  row: TableRow,
  fields: readonly (ImportField | null)[],
  place: string,
  files: NamedFiles,
): AsyncGenerator<UploadItem> {
  if (row.trouble !== undefined) {
    yield { place, said: {}, trouble: row.trouble };
    return;
  }
  const said: { -readonly [Field in keyof Said]: Said[Field] } = {};
  const certificates: { readonly column: number; readonly text: string }[] = [];
  for (const [column, field] of fields.entries()) {
    const text = (row.cells[column] ?? '').trim();
    if (field === null || text === '') continue;
    if (field === 'certificate') certificates.push({ column, text });
    else {
      const plain = plainCell(text);
      // An apostrophe in front says that digits are a text.
      if (plain !== '')
        said[field] = oneLine(field === 'creditCode' ? plain.replace(/^['’]/, '') : plain, longestText[field]);
    }
  }
  if (certificates.length === 0) {
    const company = said.creditCode !== undefined && said.companyName !== undefined;
    yield { place, said, ...(!company && { trouble: { code: 'ERR_IMPORT_EMPTY_ROW', params: {} } }) };
    return;
  }
  for (const { column, text } of certificates) {
    const at = certificates.length === 1 ? place : `${place}.${column + 1}`;
    if (isFileName(text)) {
      yield* namedItems(text, at, said, files);
      continue;
    }
    const bytes = text.length > readLimits.recordBytes ? undefined : certificateBytes(text);
    if (bytes === undefined)
      yield {
        ...{ place: at, said },
        trouble: { code: 'ERR_IMPORT_CELL', params: { column: String(column + 1), rule: 'certificate' } },
      };
    else yield* derItems(bytes, at, said);
  }
}

/** `certs/张三.cer`: neither base64 nor hexadecimal has a dot in it. */
const isFileName = (text: string): boolean => text.length <= longestName && /[^\r\n]\.[A-Za-z0-9]{1,10}$/.test(text);
const longestName = 500;

/** What a file beside the table holds. What is wrong with it is wrong with its row alone; a bomb or a key ends it all. */
async function* namedItems(name: string, place: string, said: Said, files: NamedFiles): AsyncGenerator<UploadItem> {
  try {
    const file = await files.read(name);
    yield* certificateFileItems(file.bytes, `${place} → ${file.name}`, said);
  } catch (error) {
    if (!isCodedError(error) || ['ERR_IMPORT_LIMIT', 'ERR_IMPORT_PRIVATE_KEY'].includes(error.code)) throw error;
    yield { place, said, trouble: reasonOf(error) };
  }
}

/** Base64 (PEM or bare, white space anywhere) or hexadecimal. */
function certificateBytes(text: string): Uint8Array | undefined {
  const bare = text.replaceAll(/-----(BEGIN|END) (X509 |TRUSTED )?CERTIFICATE-----|\s+/g, '');
  try {
    return /^30[0-9a-fA-F]+$/.test(bare) ? fromHex(bare.toLowerCase()) : fromBase64(bare);
  } catch (error) {
    if (isCodedError(error)) return undefined;
    throw error;
  }
}
