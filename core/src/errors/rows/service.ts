import type { ErrorRows } from '../row.ts';

export const serviceErrors = {
  ERR_SERVICE_UNAVAILABLE: {
    httpStatus: 503,
    whoCanAct: 'operator',
    retriable: true,
    params: [],
  },
  ERR_SERVICE_INTERNAL: {
    httpStatus: 500,
    whoCanAct: 'us',
    retriable: false,
    params: [],
  },
  ERR_SERVICE_CONFIG_INVALID: {
    httpStatus: 500,
    whoCanAct: 'operator',
    retriable: false,
    params: ['key', 'rule'],
  },
  ERR_SERVICE_DATABASE_NEWER: {
    httpStatus: 500,
    whoCanAct: 'operator',
    retriable: false,
    params: ['migration'],
  },
  ERR_SERVICE_DATABASE_OLDER: {
    httpStatus: 500,
    whoCanAct: 'operator',
    retriable: false,
    params: ['migration'],
  },
  ERR_SERVICE_DATABASE_DAMAGED: {
    httpStatus: 500,
    whoCanAct: 'operator',
    retriable: false,
    params: ['file'],
  },
  ERR_SERVICE_AUDIT_BROKEN: {
    httpStatus: 500,
    whoCanAct: 'operator',
    retriable: false,
    params: ['sequence', 'rule'],
  },
  ERR_SERVICE_AUDIT_UNWITNESSED: {
    httpStatus: 500,
    whoCanAct: 'operator',
    retriable: false,
    params: [],
  },
  ERR_SERVICE_AUDIT_CONTINUED: {
    httpStatus: 500,
    whoCanAct: 'operator',
    retriable: false,
    params: ['sequence', 'at', 'kept', 'lostFrom', 'lostTo', 'by'],
  },
  ERR_SERVICE_RESTORATION_UNDECLARED: {
    httpStatus: 500,
    whoCanAct: 'operator',
    retriable: false,
    params: ['size'],
  },
  ERR_SERVICE_RESTORATION_UNSIGNED: {
    httpStatus: 500,
    whoCanAct: 'operator',
    retriable: false,
    params: ['size'],
  },
  ERR_SERVICE_RESTORATION_KEPT: {
    httpStatus: 500,
    whoCanAct: 'operator',
    retriable: false,
    params: ['size'],
  },
  ERR_SERVICE_RESTORATION_SECOND_PERSON: {
    httpStatus: 500,
    whoCanAct: 'operator',
    retriable: false,
    params: [],
  },
  ERR_SERVICE_RESTORATION_NOTHING: {
    httpStatus: 500,
    whoCanAct: 'operator',
    retriable: false,
    params: [],
  },
  ERR_SERVICE_RATE_LIMITED: {
    httpStatus: 429,
    whoCanAct: 'integrator',
    retriable: true,
    params: ['retryAfterMs'],
  },
} as const satisfies ErrorRows;
