import { CodedError } from '@onelock/core/errors';

/** One part of a multipart body: its media type with parameters, lower-case but for values, and its bytes as text. */
export interface Part {
  readonly contentType: string;
  readonly body: string;
}

const mostParts = 4;
const longestHeaders = 2_048;

/**
 * Parts of `multipart/mixed` (RFC 2046 §5.1) whose bodies are base64, as EST has them. Preamble and epilogue are passed over; the closing
 * delimiter has to be there, so that an answer that was cut short is none.
 *
 * @throws {CodedError} ERR_ENROLMENT_ANSWER_MALFORMED
 */
export function readMultipart(contentType: string, bytes: Uint8Array): readonly Part[] {
  const boundary = boundaryOf(contentType);
  if (boundary === undefined) throw malformed('boundary');
  const text = `\r\n${Buffer.from(bytes).toString('latin1').replaceAll(/\r?\n/g, '\r\n')}`;
  const [, ...pieces] = text.split(`\r\n--${boundary}`);
  const end = pieces.findIndex((piece) => piece.startsWith('--'));
  if (end < 1 || end > mostParts) throw malformed('parts');
  return pieces.slice(0, end).map(readPart);
}

function readPart(piece: string): Part {
  const [padding = '', ...rest] = piece.split('\r\n');
  if (padding.trim() !== '') throw malformed('delimiter');
  const inner = `\r\n${rest.join('\r\n')}`;
  const at = inner.indexOf('\r\n\r\n');
  if (at < 0 || at > longestHeaders) throw malformed('part headers');
  const headers = inner.slice(0, at).split('\r\n');
  const types = headers.filter((line) => /^content-type\s*:/i.test(line));
  if (types.length !== 1) throw malformed('part type');
  return { contentType: (types[0] ?? '').replace(/^[^:]*:/, '').trim(), body: inner.slice(at + 4) };
}

/** The media type alone, lower-case. */
export const mediaType = (contentType: string): string => (contentType.split(';')[0] ?? '').trim().toLowerCase();

function boundaryOf(contentType: string): string | undefined {
  const [, quoted, bare] = /;\s*boundary\s*=\s*(?:"([^"]{1,70})"|([^\s;"]{1,70}))/i.exec(contentType) ?? [];
  return quoted ?? bare;
}

const malformed = (cause: string): CodedError => new CodedError('ERR_ENROLMENT_ANSWER_MALFORMED', { cause });
