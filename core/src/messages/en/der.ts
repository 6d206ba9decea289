import type { derErrors } from '../../errors/rows/der.ts';
import type { WordsFor } from '../words.ts';

export const derWords = {
  ERR_DER_TRUNCATED: 'The data ends too early, at byte {offset}',
  ERR_DER_TRAILING_DATA: 'There is extra data after the structure, from byte {offset}',
  ERR_DER_LENGTH_INVALID: 'A length is not encoded as DER requires, at byte {offset}',
  ERR_DER_TAG_UNEXPECTED: 'Unexpected structure at byte {offset}: expected {expected}, found {actual}',
  ERR_DER_TAG_INVALID: 'A tag is not encoded as DER requires, at byte {offset}',
  ERR_DER_VALUE_INVALID: 'A {type} value is not encoded as DER requires, at byte {offset}',
  ERR_DER_LIMIT_EXCEEDED: 'The structure is too large or too deep (limit: {limit}, at byte {offset})',
} as const satisfies WordsFor<typeof derErrors>;
