import { createWriteStream, rmSync } from 'node:fs';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { CodedError, isCodedError } from '@onelock/core/errors';
import type { ImportSettings } from '../services/ports/import-records.ts';
import { ArchiveFiles, type NamedFiles, noFiles } from './archive-files.ts';
import { type ByteSource, type ByteStream, fileSource, gather, streamOf } from './byte-source.ts';
import { bareBase64, looksLikeDer, looksLikePem, readDer, startsLikeBase64 } from './certificate-file.ts';
import { csvRows, findSeparator } from './csv.ts';
import { reasonOf } from './der-file.ts';
import { readLimits, UnpackBudget } from './limits.ts';
import { pemItems } from './pem-stream.ts';
import { tableItems } from './table-items.ts';
import { detectEncoding, normalText } from './text-encoding.ts';
import type { ReadingNotes, UploadItem } from './upload-item.ts';
import { isWorkbook, openSheet } from './workbook.ts';
import { readZipDirectory, type ZipEntry } from './zip-directory.ts';
import { entryBytes } from './zip-entry.ts';

export interface Reading {
  readonly settings: ImportSettings;
  readonly notes: ReadingNotes;
  /** Where temporary files may be: a name in front, to which this adds. */
  readonly scratch: string;
}

const headBytes = 64 * 1024;

/**
 * Everything in an upload that has a fate, in an order that is the same each time: who has taken the first thousand goes on after them.
 * What it is is told by its content and never by its name.
 *
 * @param name  of the file, for people
 * @throws {CodedError} ERR_IMPORT_FORMAT, ERR_IMPORT_MALFORMED, ERR_IMPORT_LIMIT, ERR_IMPORT_MAPPING, ERR_IMPORT_PRIVATE_KEY when no more
 *   can be read; what is wrong with one row alone is told as its trouble
 */
export async function* readUpload(source: ByteSource, name: string, reading: Reading): AsyncGenerator<UploadItem> {
  const head = source.read(0, headBytes);
  if (!isZip(head)) {
    yield* readPlain(streamOf(source), head, name, source.size, reading);
    return;
  }
  const budget = new UnpackBudget();
  const entries = readZipDirectory(source, name);
  if (isWorkbook(entries)) {
    reading.notes.format('xlsx');
    yield* readWorkbook(source, entries, name, budget, reading);
    return;
  }
  reading.notes.format('zip');
  yield* readArchive(source, entries, name, budget, reading);
}

const isZip = (head: Buffer): boolean =>
  head.length >= 4 && (head.readUInt32BE(0) === 0x504b0304 || head.readUInt32BE(0) === 0x504b0506);

async function* readWorkbook(
  source: ByteSource,
  entries: readonly ZipEntry[],
  place: string,
  budget: UnpackBudget,
  { settings, notes, scratch }: Reading,
  files: NamedFiles = noFiles,
): AsyncGenerator<UploadItem> {
  const sheet = await openSheet(source, entries, settings.sheet, budget, `${scratch}.texts`, place);
  yield* tableItems(sheet.rows(), settings, `${place}/${sheet.name}`, 'utf-8', notes, files);
}

/** Directories, and what operating systems put beside one's files. */
const isNothing = (name: string): boolean =>
  name.endsWith('/') ||
  name.startsWith('__MACOSX/') ||
  /(^|\/)(\.DS_Store|Thumbs\.db|desktop\.ini|\._[^/]*)$/i.test(name);

async function* readArchive(
  source: ByteSource,
  entries: readonly ZipEntry[],
  place: string,
  budget: UnpackBudget,
  reading: Reading,
): AsyncGenerator<UploadItem> {
  const files = new ArchiveFiles(source, entries, place, budget);
  for (const entry of files.remaining()) {
    if (isNothing(entry.name)) continue;
    const at = `${place}/${entry.name}`;
    try {
      yield* readEntry(source, entry, at, budget, reading, files.beside(entry.name));
    } catch (error) {
      // One file of an archive that is broken is told, and the next one read. A bomb or a key ends it all.
      if (!isCodedError(error) || ['ERR_IMPORT_LIMIT', 'ERR_IMPORT_PRIVATE_KEY'].includes(error.code)) throw error;
      yield { place: at, said: {}, trouble: reasonOf(error) };
    }
  }
}

async function* readEntry(
  source: ByteSource,
  entry: ZipEntry,
  place: string,
  budget: UnpackBudget,
  reading: Reading,
  files: NamedFiles,
): AsyncGenerator<UploadItem> {
  const stream: ByteStream = () => entryBytes(source, entry, budget, place);
  // A small file is unpacked once and looked at as often as need be.
  if (entry.size <= headBytes) {
    const bytes = (await gather(stream(), headBytes)) ?? Buffer.alloc(0);
    if (isZip(bytes)) yield* readInner(() => oneOf(bytes), place, budget, reading, files);
    else yield* readPlain(() => oneOf(bytes), bytes, place, bytes.length, reading, files);
    return;
  }
  const head = await headOf(stream());
  if (isZip(head)) yield* readInner(stream, place, budget, reading, files);
  else yield* readPlain(stream, head, place, entry.size, reading, files);
}

async function* oneOf(bytes: Buffer): AsyncGenerator<Buffer> {
  yield bytes;
}

async function headOf(stream: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const parts: Uint8Array[] = [];
  let size = 0;
  for await (const part of stream) {
    parts.push(part);
    size += part.length;
    if (size >= headBytes) break;
  }
  return Buffer.concat(parts).subarray(0, headBytes);
}

/** A workbook in an archive is put on the disk to be read; an archive in an archive is not opened. */
async function* readInner(
  stream: ByteStream,
  place: string,
  budget: UnpackBudget,
  reading: Reading,
  files: NamedFiles,
): AsyncGenerator<UploadItem> {
  const file = `${reading.scratch}.inner`;
  rmSync(file, { force: true });
  await pipeline(Readable.from(stream()), createWriteStream(file, { mode: 0o600, flags: 'wx' }));
  const inner = fileSource(file);
  try {
    const entries = readZipDirectory(inner, place);
    if (!isWorkbook(entries)) throw new CodedError('ERR_IMPORT_NESTED');
    yield* readWorkbook(inner, entries, place, budget, reading, files);
  } finally {
    inner.close();
    rmSync(file, { force: true });
  }
}

/** Anything but an archive. */
async function* readPlain(
  stream: ByteStream,
  head: Buffer,
  place: string,
  size: number,
  reading: Reading,
  files: NamedFiles = noFiles,
): AsyncGenerator<UploadItem> {
  const { settings, notes } = reading;
  if (size === 0) throw new CodedError('ERR_IMPORT_FORMAT', { format: 'empty' });
  const refused = refusedFormat(head);
  if (refused !== undefined) throw new CodedError('ERR_IMPORT_FORMAT', { format: refused });
  if (looksLikeDer(head, size)) {
    notes.format('der');
    yield* readDer((await gather(stream(), readLimits.wholeFileBytes)) ?? tooLarge(), place);
    return;
  }
  const text = head.toString('latin1');
  if (looksLikePem(text)) {
    notes.format('pem');
    yield* pemItems(stream(), place);
    return;
  }
  const bytes = size <= readLimits.wholeFileBytes ? await wholeBase64(stream, text) : undefined;
  if (bytes !== undefined) {
    notes.format('der');
    yield* readDer(bytes, place);
    return;
  }
  const encoding = settings.encoding === 'auto' ? await detectEncoding(stream) : settings.encoding;
  if (!encoding.startsWith('utf-16') && isBinary(head)) throw new CodedError('ERR_IMPORT_FORMAT', { format: 'binary' });
  notes.format('csv');
  const normal = await headOf(normalText(stream, encoding));
  const found = findSeparator(normal);
  const separator = settings.separator === 'auto' ? found.separator : settings.separator;
  const rows = csvRows(
    skipping(normalText(stream, encoding), found.skip),
    encoding === 'gb18030' ? 'gb18030' : 'utf-8',
    separator,
    place,
  );
  yield* tableItems(rows, settings, place, encoding, notes, files);
}

/** A stray NUL spoils one row; a file full of them is no text. */
const isBinary = (head: Buffer): boolean => head.filter((byte) => byte === 0).length > 16;

/** Formats that people have and we do not read, by their first bytes. */
function refusedFormat(head: Buffer): string | undefined {
  const start = head.toString('hex', 0, 8);
  if (start.startsWith('d0cf11e0')) return 'XLS (Excel 97–2003)';
  if (start.startsWith('1f8b')) return 'gzip';
  if (start.startsWith('52617221')) return 'RAR';
  if (start.startsWith('377abcaf')) return '7z';
  if (start.startsWith('25504446')) return 'PDF';
  if (start.startsWith('89504e47') || start.startsWith('ffd8ff')) return 'picture';
  return undefined;
}

const tooLarge = (): never => {
  throw new CodedError('ERR_IMPORT_LIMIT', { what: 'bytes of one file', limit: readLimits.wholeFileBytes });
};

/** A file that is nothing but base64 of something in DER. */
async function wholeBase64(stream: ByteStream, head: string): Promise<Uint8Array | undefined> {
  if (!startsLikeBase64(head)) return undefined;
  const text = await gather(stream(), readLimits.wholeFileBytes);
  return text === null ? undefined : bareBase64(text.toString('latin1'));
}

async function* skipping(stream: AsyncIterable<Buffer>, bytes: number): AsyncGenerator<Buffer> {
  let left = bytes;
  for await (const piece of stream) {
    const skip = Math.min(left, piece.length);
    left -= skip;
    if (skip < piece.length) yield piece.subarray(skip);
  }
}
