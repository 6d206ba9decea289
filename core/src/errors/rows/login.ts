import type { ErrorRows } from '../row.ts';

export const loginErrors = {
  ERR_LOGIN_TOKEN_MALFORMED: {
    httpStatus: 400,
    whoCanAct: 'integrator',
    retriable: false,
    params: ['field'],
  },
  ERR_LOGIN_ORIGIN_MISMATCH: {
    httpStatus: 403,
    whoCanAct: 'integrator',
    retriable: false,
    params: ['expected', 'actual'],
  },
  ERR_LOGIN_CHALLENGE_UNKNOWN: {
    httpStatus: 403,
    whoCanAct: 'integrator',
    retriable: false,
    params: [],
  },
  ERR_LOGIN_TOKEN_FORBIDDEN_INPUT: {
    httpStatus: 403,
    whoCanAct: 'integrator',
    retriable: false,
    params: [],
  },
} as const satisfies ErrorRows;
