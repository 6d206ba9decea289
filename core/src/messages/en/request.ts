import type { requestErrors } from '../../errors/rows/request.ts';
import type { WordsFor } from '../words.ts';

export const requestWords = {
  ERR_REQUEST_INVALID: 'The request field {field} is not valid: {rule}',
  ERR_REQUEST_TOO_LARGE: 'The request is too large, the limit is {limit} bytes',
  ERR_REQUEST_TIMEOUT: 'The request was not sent within {timeoutMs} ms',
  ERR_REQUEST_MEDIA_TYPE: 'The media type of the request is not supported',
  ERR_REQUEST_METHOD: 'The method is not supported at this address',
  ERR_REQUEST_NOT_FOUND: 'There is no such address or record',
  ERR_REQUEST_PERSONAL_NUMBER:
    'A name is read by many and kept for ever: write no identity or mobile number into it ({field})',
  ERR_REQUEST_CONFLICT: 'It conflicts with an existing record: {field}',
  ERR_REQUEST_OUTDATED:
    'Somebody changed this record after you had read it (it is at version {version} now), and your change was not saved. Read it again before you change it',
  ERR_REQUEST_IDEMPOTENCY_MISMATCH: 'The Idempotency-Key was used for a different request',
} as const satisfies WordsFor<typeof requestErrors>;
