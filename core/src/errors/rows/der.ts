import type { ErrorRows } from '../row.ts';

export const derErrors = {
  ERR_DER_TRUNCATED: {
    httpStatus: 400,
    whoCanAct: 'integrator',
    retriable: false,
    params: ['offset'],
    clause: 'X.690 §8.1',
  },
  ERR_DER_TRAILING_DATA: {
    httpStatus: 400,
    whoCanAct: 'integrator',
    retriable: false,
    params: ['offset'],
    clause: 'X.690 §8.1',
  },
  ERR_DER_LENGTH_INVALID: {
    httpStatus: 400,
    whoCanAct: 'integrator',
    retriable: false,
    params: ['offset'],
    clause: 'X.690 §10.1',
  },
  ERR_DER_TAG_UNEXPECTED: {
    httpStatus: 400,
    whoCanAct: 'integrator',
    retriable: false,
    params: ['offset', 'expected', 'actual'],
    clause: 'X.690 §8.1.2',
  },
  ERR_DER_TAG_INVALID: {
    httpStatus: 400,
    whoCanAct: 'integrator',
    retriable: false,
    params: ['offset'],
    clause: 'X.690 §8.1.2',
  },
  ERR_DER_VALUE_INVALID: {
    httpStatus: 400,
    whoCanAct: 'integrator',
    retriable: false,
    params: ['offset', 'type'],
    clause: 'X.690 §11',
  },
  ERR_DER_LIMIT_EXCEEDED: {
    httpStatus: 413,
    whoCanAct: 'integrator',
    retriable: false,
    params: ['limit', 'offset'],
  },
} as const satisfies ErrorRows;
