import type { callErrors } from '../../errors/rows/call.ts';
import type { WordsFor } from '../words.ts';

export const callWords = {
  ERR_CALL_UNKNOWN: 'There is no call named {call}',
  ERR_CALL_UNSUPPORTED: 'The call {call} is not supported by this key or this version',
  ERR_CALL_PARAMS_INVALID: 'The parameter {field} of {call} is not valid: {rule}',
  ERR_CALL_RESULT_INVALID: 'The result field {field} of {call} breaks the contract',
  ERR_CALL_PERMISSION_DENIED: 'The site may not use the call {call}',
  ERR_CALL_INTERRUPTED:
    'The operation was interrupted after {done} of {total}; it can go on once the same device is back',
} as const satisfies WordsFor<typeof callErrors>;
