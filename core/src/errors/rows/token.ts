import type { ErrorRows } from '../row.ts';

export const tokenErrors = {
  ERR_TOKEN_PIN_INCORRECT: {
    httpStatus: 403,
    whoCanAct: 'user',
    retriable: false,
    params: ['retriesLeft'],
  },
  ERR_TOKEN_PIN_LOCKED: {
    httpStatus: 423,
    whoCanAct: 'user',
    retriable: false,
    params: [],
  },
  ERR_TOKEN_PIN_LENGTH: {
    httpStatus: 400,
    whoCanAct: 'user',
    retriable: false,
    params: ['min', 'max'],
  },
  ERR_TOKEN_PIN_CHARACTERS: {
    httpStatus: 400,
    whoCanAct: 'user',
    retriable: false,
    params: [],
  },
  ERR_TOKEN_REMOVED: {
    httpStatus: 409,
    whoCanAct: 'user',
    retriable: true,
    params: [],
  },
  ERR_TOKEN_HANDLE_STALE: {
    httpStatus: 409,
    whoCanAct: 'integrator',
    retriable: true,
    params: [],
  },
  ERR_TOKEN_NOT_FOUND: {
    httpStatus: 404,
    whoCanAct: 'user',
    retriable: true,
    params: [],
  },
  ERR_TOKEN_KEY_NOT_FOUND: {
    httpStatus: 404,
    whoCanAct: 'user',
    retriable: false,
    params: [],
  },
  ERR_TOKEN_BUSY: {
    httpStatus: 409,
    whoCanAct: 'user',
    retriable: true,
    params: [],
  },
  ERR_TOKEN_IN_USE: {
    httpStatus: 409,
    whoCanAct: 'user',
    retriable: true,
    params: ['program', 'pid'],
  },
  ERR_TOKEN_SESSION_CLOSED: {
    httpStatus: 409,
    whoCanAct: 'integrator',
    retriable: true,
    params: [],
  },
  ERR_TOKEN_ALGORITHM_UNSUPPORTED: {
    httpStatus: 422,
    whoCanAct: 'integrator',
    retriable: false,
    params: ['algorithm'],
  },
  ERR_TOKEN_DATA_CORRUPT: {
    httpStatus: 500,
    whoCanAct: 'vendor',
    retriable: false,
    params: [],
  },
  ERR_TOKEN_KEY_USAGE: {
    httpStatus: 422,
    whoCanAct: 'integrator',
    retriable: false,
    params: ['required'],
  },
  ERR_TOKEN_NATIVE_FAILURE: {
    httpStatus: 502,
    whoCanAct: 'vendor',
    retriable: false,
    params: ['api', 'name'],
  },
  ERR_TOKEN_CERTIFICATE_MISMATCH: {
    httpStatus: 422,
    whoCanAct: 'integrator',
    retriable: false,
    params: [],
  },
  ERR_TOKEN_FULL: {
    httpStatus: 409,
    whoCanAct: 'user',
    retriable: false,
    params: [],
  },
  ERR_TOKEN_PIN_WEAK: {
    httpStatus: 422,
    whoCanAct: 'user',
    retriable: false,
    params: [],
  },
  ERR_TOKEN_UNBLOCK_REFUSED: {
    httpStatus: 422,
    whoCanAct: 'user',
    retriable: false,
    params: [],
  },
  ERR_TOKEN_FILE_NOT_FOUND: {
    httpStatus: 404,
    whoCanAct: 'integrator',
    retriable: false,
    params: [],
  },
} as const satisfies ErrorRows;
