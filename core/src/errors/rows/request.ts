import type { ErrorRows } from '../row.ts';

export const requestErrors = {
  ERR_REQUEST_INVALID: {
    httpStatus: 400,
    whoCanAct: 'integrator',
    retriable: false,
    params: ['field', 'rule'],
  },
  ERR_REQUEST_PERSONAL_NUMBER: {
    httpStatus: 400,
    whoCanAct: 'operator',
    retriable: false,
    params: ['field'],
  },
  ERR_REQUEST_TOO_LARGE: {
    httpStatus: 413,
    whoCanAct: 'integrator',
    retriable: false,
    params: ['limit'],
  },
  ERR_REQUEST_TIMEOUT: {
    httpStatus: 408,
    whoCanAct: 'integrator',
    retriable: true,
    params: ['timeoutMs'],
  },
  ERR_REQUEST_MEDIA_TYPE: {
    httpStatus: 415,
    whoCanAct: 'integrator',
    retriable: false,
    params: [],
  },
  ERR_REQUEST_METHOD: {
    httpStatus: 405,
    whoCanAct: 'integrator',
    retriable: false,
    params: [],
  },
  ERR_REQUEST_NOT_FOUND: {
    httpStatus: 404,
    whoCanAct: 'integrator',
    retriable: false,
    params: [],
  },
  ERR_REQUEST_CONFLICT: {
    httpStatus: 409,
    whoCanAct: 'integrator',
    retriable: false,
    params: ['field'],
  },
  ERR_REQUEST_OUTDATED: {
    httpStatus: 412,
    whoCanAct: 'user',
    retriable: false,
    params: ['version'],
  },
  ERR_REQUEST_IDEMPOTENCY_MISMATCH: {
    httpStatus: 409,
    whoCanAct: 'integrator',
    retriable: false,
    params: [],
  },
} as const satisfies ErrorRows;
