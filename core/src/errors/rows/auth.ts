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
  ERR_AUTH_SIGNATURE_REQUIRED: {
    httpStatus: 401,
    whoCanAct: 'integrator',
    retriable: false,
    params: [],
  },
  ERR_AUTH_SIGNATURE_INVALID: {
    httpStatus: 401,
    whoCanAct: 'integrator',
    retriable: false,
    params: ['rule'],
  },
  ERR_AUTH_SIGNATURE_REPLAYED: {
    httpStatus: 401,
    whoCanAct: 'integrator',
    retriable: false,
    params: [],
  },
  ERR_AUTH_CERTIFICATE_REQUIRED: {
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
  ERR_CONSOLE_SESSION_ENDED: {
    httpStatus: 401,
    whoCanAct: 'user',
    retriable: false,
    params: [],
  },
  ERR_CONSOLE_SESSION_UNCONFIRMED: {
    httpStatus: 403,
    whoCanAct: 'operator',
    retriable: true,
    params: ['reason'],
  },
  ERR_CONSOLE_USER_UNKNOWN: {
    httpStatus: 403,
    whoCanAct: 'operator',
    retriable: false,
    params: ['certificate'],
  },
  ERR_CONSOLE_PROOF_FAILED: {
    httpStatus: 403,
    whoCanAct: 'user',
    retriable: false,
    params: ['reason'],
  },
  ERR_CONSOLE_ORIGIN: {
    httpStatus: 403,
    whoCanAct: 'operator',
    retriable: false,
    params: ['expected', 'actual'],
  },
  ERR_CONSOLE_PAGES_MISSING: {
    httpStatus: 503,
    whoCanAct: 'operator',
    retriable: false,
    params: [],
  },
} as const satisfies ErrorRows;
