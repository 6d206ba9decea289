import type { userErrors } from '../../errors/rows/user.ts';
import type { WordsFor } from '../words.ts';

export const userWords = {
  ERR_USER_CANCELLED: 'The person cancelled',
  ERR_USER_TIMEOUT: 'There was no answer within {timeoutSeconds} seconds',
} as const satisfies WordsFor<typeof userErrors>;
