import type { loginErrors } from '../../errors/rows/login.ts';
import type { WordsFor } from '../words.ts';

export const loginWords = {
  ERR_LOGIN_TOKEN_MALFORMED: 'The login token is malformed: {field}',
  ERR_LOGIN_ORIGIN_MISMATCH: 'The login token was made for {actual}, not for {expected}',
  ERR_LOGIN_CHALLENGE_UNKNOWN: 'The login challenge is unknown, used or expired: start again',
  ERR_LOGIN_TOKEN_FORBIDDEN_INPUT:
    'Refused: the input begins with the login token tag, which only authenticate may sign',
} as const satisfies WordsFor<typeof loginErrors>;
