import type { bytesErrors } from '../../errors/rows/bytes.ts';
import type { WordsFor } from '../words.ts';

export const bytesWords = {
  ERR_BYTES_BASE64_INVALID: 'The Base64 text is not valid (at {offset})',
  ERR_BYTES_HEX_INVALID: 'The hexadecimal text is not valid',
  ERR_BYTES_UTF8_INVALID: 'The text is not valid UTF-8',
  ERR_BYTES_PEM_INVALID: 'The PEM text is not valid (line {line})',
  ERR_BYTES_TOO_LARGE: 'The content is too large: {actual} bytes, the limit is {limit}',
} as const satisfies WordsFor<typeof bytesErrors>;
