import type { ErrorRows } from '../row.ts';

export const fileErrors = {
  ERR_FILE_UNREADABLE: {
    httpStatus: 422,
    whoCanAct: 'user',
    retriable: true,
    params: ['name'],
  },
  ERR_FILE_UNWRITABLE: {
    httpStatus: 422,
    whoCanAct: 'user',
    retriable: true,
    params: ['name'],
  },
  ERR_FILE_CHANGED: {
    httpStatus: 409,
    whoCanAct: 'user',
    retriable: true,
    params: ['name'],
  },
  ERR_STREAM_BROKEN: {
    httpStatus: 400,
    whoCanAct: 'integrator',
    retriable: true,
    params: ['stream', 'detail'],
  },
} as const satisfies ErrorRows;
