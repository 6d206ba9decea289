import { CodedError } from '@onelock/core/errors';

const blockBytes = 16;

/**
 * Takes PKCS#7 padding (RFC 5652 §6.3) off the end of a content of whole blocks.
 * @throws {CodedError} ERR_ENVELOPE_CONTENT_INVALID, after as much work whatever is wrong
 */
export function withoutBlockPadding(plain: Uint8Array): Uint8Array {
  const length = plain.at(-1) ?? 0;
  let wrong = length < 1 || length > blockBytes || plain.length % blockBytes !== 0 ? 1 : 0;
  for (let index = 1; index <= blockBytes; index += 1) wrong |= index <= length && plain.at(-index) !== length ? 1 : 0;
  if (wrong !== 0) throw new CodedError('ERR_ENVELOPE_CONTENT_INVALID');
  return plain.slice(0, plain.length - length);
}
