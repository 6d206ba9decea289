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
  ERR_CRYPTO_DIGEST_LENGTH: {
    httpStatus: 422,
    whoCanAct: 'integrator',
    retriable: false,
    params: ['expected', 'actual'],
  },
  ERR_CRYPTO_CIPHERTEXT_INVALID: {
    httpStatus: 422,
    whoCanAct: 'integrator',
    retriable: false,
    params: [],
  },
  ERR_CRYPTO_PLAINTEXT_EMPTY: {
    httpStatus: 422,
    whoCanAct: 'integrator',
    retriable: false,
    params: [],
    clause: 'GB/T 32918.4-2016 §6.1',
  },
  ERR_CRYPTO_PARAMETER_INVALID: {
    httpStatus: 422,
    whoCanAct: 'integrator',
    retriable: false,
    params: ['parameter', 'value'],
  },
} as const satisfies ErrorRows;
