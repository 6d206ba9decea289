import type { ErrorRows } from '../row.ts';

export const cryptoErrors = {
  ERR_CRYPTO_ALGORITHM_UNSUPPORTED: {
    httpStatus: 422,
    whoCanAct: 'operator',
    retriable: false,
    params: ['algorithm'],
  },
  ERR_CRYPTO_KEY_INVALID: {
    httpStatus: 422,
    whoCanAct: 'integrator',
    retriable: false,
    params: ['detail'],
  },
  ERR_CRYPTO_SELF_TEST_FAILED: {
    httpStatus: 500,
    whoCanAct: 'us',
    retriable: false,
    params: ['engine'],
  },
} as const satisfies ErrorRows;
