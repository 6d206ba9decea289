import type { ErrorRows } from '../row.ts';

export const authErrors = {
  ERR_AUTH_REQUIRED: {
    httpStatus: 401,
    whoCanAct: 'integrator',
    retriable: false,
    params: [],
  },
  ERR_AUTH_INVALID: {
    httpStatus: 401,
    whoCanAct: 'integrator',
    retriable: false,
    params: [],
  },
  ERR_AUTH_ROLE_REQUIRED: {
    httpStatus: 403,
    whoCanAct: 'operator',
    retriable: false,
    params: ['role'],
  },
  ERR_AUTH_PERMISSION_REQUIRED: {
    httpStatus: 403,
    whoCanAct: 'operator',
    retriable: false,
    params: ['permission', 'field'],
  },
  ERR_AUTH_CODE_INVALID: {
    httpStatus: 403,
    whoCanAct: 'operator',
    retriable: false,
    params: [],
  },
} as const satisfies ErrorRows;
