import { CodedError, isCodedError } from '@onelock/core/errors';
import type { TokenFile } from '../port/index.ts';
import { layoutOf, readUlong, writeUlong } from './abi.ts';
import { codedFailure } from './errors.ts';
import type { SkfHandle, SkfLibrary } from './library.ts';
import { parseNameList, type SkfName, toCString } from './names.ts';

/** Anyone may read (GM/T 0016-2012 §6.3). */
const SECURE_ANYONE_ACCOUNT = 0xff;
const slack = 256;
/** What every key reads at once. */
const partBytes = 1024;
const maxFileBytes = 4 * 1024 * 1024;
const maxFiles = 256;

/** Files of an application: seals, and whatever else vendors keep there. */
export async function listFilesOf(library: SkfLibrary, application: SkfHandle): Promise<readonly TokenFile[]> {
  const files: TokenFile[] = [];
  for (const name of (await listNames(library, application)).slice(0, maxFiles)) {
    const attributes = await attributesOf(library, application, name);
    if (attributes !== null && name.text !== '') files.push({ name: name.text, ...attributes });
  }
  return files;
}

/**
 * Reads a whole file, in parts: keys give a kilobyte or less at once, some less than they were asked for.
 * @throws {CodedError} ERR_TOKEN_FILE_NOT_FOUND, ERR_TOKEN_SESSION_CLOSED, ERR_DRIVER_LIMIT_EXCEEDED
 */
export async function readFileOf(library: SkfLibrary, application: SkfHandle, fileName: string): Promise<Uint8Array> {
  const name = (await listNames(library, application)).find(({ text }) => text === fileName);
  const attributes = name === undefined ? null : await attributesOf(library, application, name);
  if (name === undefined || attributes === null) throw new CodedError('ERR_TOKEN_FILE_NOT_FOUND');
  if (attributes.size > maxFileBytes) throw new CodedError('ERR_DRIVER_LIMIT_EXCEEDED', { limit: maxFileBytes });
  const content = new Uint8Array(attributes.size);
  let at = 0;
  while (at < content.length) {
    const part = await readPart(library, application, name, at, Math.min(partBytes, content.length - at));
    if (part.length === 0) break;
    content.set(part, at);
    at += part.length;
  }
  return content.subarray(0, at);
}

async function readPart(
  library: SkfLibrary,
  application: SkfHandle,
  name: SkfName,
  offset: number,
  size: number,
): Promise<Uint8Array> {
  const out = Buffer.alloc(size + slack);
  const length = Buffer.alloc(8);
  writeUlong(length, 0, size, library.abi);
  const value = await library.tryCall('SKF_ReadFile', application, toCString(name.bytes), offset, size, out, length);
  if (value !== 0) throw codedFailure('SKF_ReadFile', value);
  const read = readUlong(length, 0, library.abi);
  if (read <= size) return new Uint8Array(out.subarray(0, read));
  throw new CodedError('ERR_TOKEN_NATIVE_FAILURE', { api: 'SKF_ReadFile', name: `${read} bytes` });
}

async function listNames(library: SkfLibrary, application: SkfHandle): Promise<readonly SkfName[]> {
  return parseNameList(await library.readBytes('SKF_EnumFiles', [application]));
}

/** null for a file that left between two calls, or of which the library says nothing. */
async function attributesOf(
  library: SkfLibrary,
  application: SkfHandle,
  name: SkfName,
): Promise<Pick<TokenFile, 'size' | 'needsPin'> | null> {
  const { offsets, size } = layoutOf('FILEATTRIBUTE', library.abi);
  const out = Buffer.alloc(size + slack);
  try {
    await library.call('SKF_GetFileInfo', application, toCString(name.bytes), out);
  } catch (error) {
    if (isCodedError(error) && error.code === 'ERR_TOKEN_FILE_NOT_FOUND') return null;
    throw error;
  }
  const number = (field: string): number => readUlong(out, offsets[field] ?? 0, library.abi);
  return { size: number('FileSize'), needsPin: (number('ReadRights') & 0xff) !== SECURE_ANYONE_ACCOUNT };
}
