import type { ErrorRows } from '../row.ts';

export const callErrors = {
  ERR_CALL_UNKNOWN: {
    httpStatus: 404,
    whoCanAct: 'integrator',
    retriable: false,
    params: ['call'],
  },
  ERR_CALL_UNSUPPORTED: {
    httpStatus: 501,
    whoCanAct: 'integrator',
    retriable: false,
    params: ['call'],
  },
  ERR_CALL_PARAMS_INVALID: {
    httpStatus: 400,
    whoCanAct: 'integrator',
    retriable: false,
    params: ['call', 'field', 'rule'],
  },
  ERR_CALL_RESULT_INVALID: {
    httpStatus: 500,
    whoCanAct: 'us',
    retriable: false,
    params: ['call', 'field'],
  },
  ERR_CALL_PERMISSION_DENIED: {
    httpStatus: 403,
    whoCanAct: 'operator',
    retriable: false,
    params: ['call'],
  },
  ERR_CALL_INTERRUPTED: {
    httpStatus: 409,
    whoCanAct: 'user',
    retriable: true,
    params: ['operation', 'done', 'total'],
  },
} as const satisfies ErrorRows;
