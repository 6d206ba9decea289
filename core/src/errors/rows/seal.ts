import type { ErrorRows } from '../row.ts';

export const sealErrors = {
  ERR_SEAL_NOT_FOUND: {
    httpStatus: 404,
    whoCanAct: 'user',
    retriable: false,
    params: [],
  },
  ERR_SEAL_MALFORMED: {
    httpStatus: 422,
    whoCanAct: 'vendor',
    retriable: false,
    params: ['field', 'offset'],
    clause: 'GB/T 38540-2020 §5',
  },
  ERR_SEAL_EXPIRED: {
    httpStatus: 422,
    whoCanAct: 'user',
    retriable: false,
    params: ['name', 'notAfter'],
    clause: 'GB/T 38540-2020 §7',
  },
  ERR_SEAL_CERTIFICATE_NOT_PERMITTED: {
    httpStatus: 403,
    whoCanAct: 'user',
    retriable: false,
    params: ['subject'],
    clause: 'GB/T 38540-2020 §7',
  },
  ERR_SEAL_NOT_LAST: {
    httpStatus: 409,
    whoCanAct: 'user',
    retriable: false,
    params: [],
  },
  ERR_SEAL_NOT_OWN: {
    httpStatus: 403,
    whoCanAct: 'user',
    retriable: false,
    params: [],
  },
} as const satisfies ErrorRows;
