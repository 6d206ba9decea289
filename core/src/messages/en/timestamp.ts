import type { timestampErrors } from '../../errors/rows/timestamp.ts';
import type { WordsFor } from '../words.ts';

export const timestampWords = {
  ERR_TIMESTAMP_UNAVAILABLE: 'No time-stamping authority is available',
  ERR_TIMESTAMP_REFUSED: 'The time-stamping authority refused the request: {status}',
  ERR_TIMESTAMP_MALFORMED: 'The time-stamp is malformed: {field} at offset {offset}',
  ERR_TIMESTAMP_AUTHORITY_INVALID: "The time-stamping authority's certificate is not fit for time-stamping: {rule}",
  ERR_TIMESTAMP_FORM_UNSUPPORTED: 'This kind of time evidence is not supported: {form}',
  ERR_TIMESTAMP_MISMATCH: 'The time-stamp does not fit the content or the request: {field}',
} as const satisfies WordsFor<typeof timestampErrors>;
