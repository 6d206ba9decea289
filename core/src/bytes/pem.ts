import { CodedError } from '../errors/coded-error.ts';
import { fromBase64, toBase64 } from './base64.ts';

export interface PemBlock {
  /** E.g. `CERTIFICATE`, `PRIVATE KEY`. */
  readonly label: string;
  readonly bytes: Uint8Array;
}

const boundary = /^-----(BEGIN|END) ([\x20-\x7e]*?)-----[ \t]*$/;
const lineLength = 64;

/**
 * Every block of a PEM text in order. Text outside of blocks is explanation (RFC 7468 §5.2) and skipped, so a text
 * without blocks gives an empty list. Inside a block there is Base64 and white space only: the header lines of RFC 1421
 * (`Proc-Type: 4,ENCRYPTED`) are refused.
 *
 * @throws {CodedError} ERR_BYTES_PEM_INVALID with the line, counted from 1
 */
export function decodePem(text: string): readonly PemBlock[] {
  const blocks: PemBlock[] = [];
  let open: { label: string; line: number; base64: string[] } | undefined;
  const lines = text.split(/\r\n|\n|\r/);
  for (const [index, line] of lines.entries()) {
    const [, edge, label = ''] = boundary.exec(line) ?? [];
    if (edge === 'BEGIN') {
      if (open !== undefined) throw invalidAt(index + 1);
      open = { label, line: index + 1, base64: [] };
    } else if (edge === 'END') {
      if (open?.label !== label) throw invalidAt(index + 1);
      blocks.push({ label, bytes: decodeBody(open.base64.join(''), open.line) });
      open = undefined;
    } else if (open !== undefined) {
      open.base64.push(line.replaceAll(/[ \t]/g, ''));
    }
  }
  if (open !== undefined) throw invalidAt(open.line);
  return blocks;
}

/** One block with lines of 64 digits and a final line feed (RFC 7468 §3, strict form). */
export function encodePem(label: string, bytes: Uint8Array): string {
  const base64 = toBase64(bytes);
  const lines = [`-----BEGIN ${label}-----`];
  for (let start = 0; start < base64.length; start += lineLength) lines.push(base64.slice(start, start + lineLength));
  lines.push(`-----END ${label}-----`, '');
  return lines.join('\n');
}

function decodeBody(base64: string, line: number): Uint8Array {
  try {
    return fromBase64(base64);
  } catch (cause) {
    throw new CodedError('ERR_BYTES_PEM_INVALID', { line }, { cause });
  }
}

function invalidAt(line: number): CodedError {
  return new CodedError('ERR_BYTES_PEM_INVALID', { line });
}
