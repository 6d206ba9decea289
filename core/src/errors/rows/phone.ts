import type { ErrorRows } from '../row.ts';

/** Acting on a phone for a page of another screen. */
export const phoneErrors = {
  ERR_PHONE_UNKNOWN: {
    httpStatus: 403,
    whoCanAct: 'user',
    retriable: false,
    params: [],
  },
  ERR_PHONE_LOCKED: {
    httpStatus: 403,
    whoCanAct: 'user',
    retriable: false,
    params: [],
  },
  ERR_PHONE_PIN_WRONG: {
    httpStatus: 403,
    whoCanAct: 'user',
    retriable: true,
    params: ['left'],
  },
  ERR_PHONE_CHECK_WRONG: {
    httpStatus: 403,
    whoCanAct: 'user',
    retriable: true,
    params: ['left'],
  },
  ERR_PHONE_KEY_MISMATCH: {
    httpStatus: 403,
    whoCanAct: 'user',
    retriable: false,
    params: [],
  },
  ERR_PHONE_CODE_STALE: {
    httpStatus: 409,
    whoCanAct: 'user',
    retriable: true,
    params: [],
  },
  ERR_PHONE_CODE_INVALID: {
    httpStatus: 422,
    whoCanAct: 'user',
    retriable: false,
    params: [],
  },
  ERR_PHONE_ORDER_UNKNOWN: {
    httpStatus: 404,
    whoCanAct: 'user',
    retriable: false,
    params: [],
  },
  ERR_PHONE_ORDER_TAKEN: {
    httpStatus: 409,
    whoCanAct: 'user',
    retriable: false,
    params: [],
  },
  ERR_PHONE_ORDER_EXPIRED: {
    httpStatus: 409,
    whoCanAct: 'user',
    retriable: false,
    params: [],
  },
  ERR_PHONE_ORDER_STATE: {
    httpStatus: 409,
    whoCanAct: 'user',
    retriable: false,
    params: ['state'],
  },
  ERR_PHONE_ORDER_REQUIRED: {
    httpStatus: 403,
    whoCanAct: 'user',
    retriable: false,
    params: [],
  },
} as const satisfies ErrorRows;
