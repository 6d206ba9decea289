import type { ErrorRows } from '../row.ts';

export const signatureErrors = {
  ERR_SIGNATURE_INVALID: {
    httpStatus: 422,
    whoCanAct: 'user',
    retriable: false,
    params: [],
    clause: 'GB/T 32918.2-2016 §7',
  },
  ERR_SIGNATURE_ENCODING_INVALID: {
    httpStatus: 422,
    whoCanAct: 'vendor',
    retriable: false,
    params: ['detail'],
    clause: 'GB/T 35276-2017 §7.3',
  },
  ERR_SIGNATURE_ALGORITHM_MISMATCH: {
    httpStatus: 422,
    whoCanAct: 'integrator',
    retriable: false,
    params: ['algorithm', 'key'],
  },
  ERR_SIGNATURE_ALGORITHM_WEAK: {
    httpStatus: 422,
    whoCanAct: 'user',
    retriable: false,
    params: ['algorithm'],
  },
} as const satisfies ErrorRows;
