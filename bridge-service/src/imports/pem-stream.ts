import { fromBase64 } from '@onelock/core/bytes';
import { CodedError, isCodedError } from '@onelock/core/errors';
import { derItems, reasonOf } from './der-file.ts';
import { malformed, readLimits } from './limits.ts';
import type { UploadItem } from './upload-item.ts';

const boundary = /^-----(BEGIN|END) ([\x20-\x7e]*?)-----\s*$/;
const certificateLabels = new Set(['CERTIFICATE', 'X509 CERTIFICATE', 'TRUSTED CERTIFICATE']);
const messageLabels = new Set(['PKCS7', 'CMS', 'PKCS #7 SIGNED DATA']);

/**
 * Blocks of a PEM file of any length, one after the other. A block that is broken is told and the next one read; a private key ends it
 * all.
 *
 * @throws {CodedError} ERR_IMPORT_PRIVATE_KEY, ERR_IMPORT_MALFORMED
 */
export async function* pemItems(stream: AsyncIterable<Uint8Array>, place: string): AsyncGenerator<UploadItem> {
  let open: { readonly label: string; readonly number: number; lines: string[]; size: number } | undefined;
  let number = 0;
  let held = '';
  const line = function* (text: string): Generator<UploadItem> {
    const [, edge, label = ''] = text.startsWith('-----') ? (boundary.exec(text) ?? []) : [];
    if (edge === 'BEGIN') {
      if (open !== undefined) yield broken(`${place}#${open.number}`);
      number += 1;
      if (label.includes('PRIVATE KEY'))
        throw new CodedError('ERR_IMPORT_PRIVATE_KEY', { place: `${place}#${number}` });
      open = { label, number, lines: [], size: 0 };
    } else if (edge === 'END') {
      if (open !== undefined) yield* block(open.label === label ? open : null, `${place}#${open.number}`);
      open = undefined;
    } else if (open !== undefined) {
      open.size += text.length;
      const most = messageLabels.has(open.label) ? readLimits.wholeFileBytes : readLimits.certificateBytes;
      if (open.size <= most) open.lines.push(text);
      else if (open.size - text.length <= most) {
        open.lines = ['!'];
      }
    }
  };
  for await (const piece of stream) {
    held += Buffer.from(piece.buffer, piece.byteOffset, piece.byteLength).toString('latin1');
    const lines = held.split(/\r\n|\n|\r(?!$)/);
    held = lines.pop() ?? '';
    for (const text of lines) yield* line(text);
    if (held.length > readLimits.recordBytes * 4) throw malformed('a line without end', place);
  }
  yield* line(held);
  if (open !== undefined) yield broken(`${place}#${open.number}`);
}

const broken = (place: string): UploadItem => ({
  ...{ place, said: {} },
  trouble: { code: 'ERR_IMPORT_MALFORMED', params: { what: 'PEM', place } },
});

function block(
  open: { readonly label: string; readonly lines: readonly string[] } | null,
  place: string,
): readonly UploadItem[] {
  if (open === null) return [broken(place)];
  if (!certificateLabels.has(open.label) && !messageLabels.has(open.label)) return [{ place, said: {}, ignored: true }];
  try {
    return derItems(fromBase64(open.lines.join('').replaceAll(/[ \t]/g, '')), place, {});
  } catch (error) {
    if (!isCodedError(error) || error.code === 'ERR_IMPORT_PRIVATE_KEY') throw error;
    return [{ place, said: {}, trouble: reasonOf(error) }];
  }
}
