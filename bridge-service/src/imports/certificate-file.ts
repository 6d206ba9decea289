import { fromBase64 } from '@onelock/core/bytes';
import { CodedError, isCodedError } from '@onelock/core/errors';
import { derItems, derLength } from './der-file.ts';
import { pemItems } from './pem-stream.ts';
import type { Said, UploadItem } from './upload-item.ts';

/** In a table such a line stands in quotation marks or has something before it. */
export const looksLikePem = (head: string): boolean => /^-----BEGIN [A-Z0-9 #]+-----\s*$/m.test(head);

export const looksLikeDer = (head: Buffer, size: number): boolean => {
  if (head[0] !== 0x30 || head.length < 4) return false;
  const length = head[1] ?? 0;
  // `0` is also a digit: text goes on with letters and digits, DER with a length.
  return length >= 0x80 || (size < 130 && length + 2 === size);
};

/** One value, or several one after the other. */
export function* readDer(bytes: Uint8Array, place: string, said: Said = {}): Generator<UploadItem> {
  const first = derLength(bytes);
  if (first === undefined || first === bytes.length) {
    yield* derItems(bytes, place, said);
    return;
  }
  let number = 0;
  for (let at = 0; at < bytes.length; ) {
    number += 1;
    const rest = bytes.subarray(at);
    const length = derLength(rest);
    yield* derItems(length === undefined ? rest : rest.subarray(0, length), `${place}#${number}`, said);
    if (length === undefined) return;
    at += length;
  }
}

/** Text that is nothing but base64 of something in DER, opened. */
export function bareBase64(text: string): Uint8Array | undefined {
  if (!startsLikeBase64(text)) return undefined;
  try {
    const bytes = fromBase64(text.replaceAll(/\s+/g, ''));
    return bytes[0] === 0x30 && derLength(bytes) === bytes.length ? bytes : undefined;
  } catch (error) {
    if (isCodedError(error)) return undefined;
    throw error;
  }
}

export const startsLikeBase64 = (head: string): boolean => /^\s*M[A-Za-z0-9+/][A-Za-z0-9+/=\s]{20,}$/.test(head);

/**
 * The certificates of a small file that a row of a table names, each with what the row says.
 *
 * @throws {CodedError} ERR_IMPORT_PRIVATE_KEY; ERR_IMPORT_FORMAT for a file that holds none
 */
export async function* certificateFileItems(bytes: Buffer, place: string, said: Said): AsyncGenerator<UploadItem> {
  if (looksLikeDer(bytes, bytes.length)) {
    yield* readDer(bytes, place, said);
    return;
  }
  const text = bytes.toString('latin1');
  if (looksLikePem(text)) {
    for await (const item of pemItems(once(bytes), place)) yield { ...item, said };
    return;
  }
  const der = bareBase64(text);
  if (der === undefined) throw new CodedError('ERR_IMPORT_FORMAT', { format: 'certificate' });
  yield* readDer(der, place, said);
}

async function* once(bytes: Buffer): AsyncGenerator<Buffer> {
  yield bytes;
}
