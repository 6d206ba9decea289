import type { ErrorRows } from '../row.ts';

export const userErrors = {
  ERR_USER_CANCELLED: {
    httpStatus: 403,
    whoCanAct: 'user',
    retriable: true,
    params: [],
  },
  ERR_USER_TIMEOUT: {
    httpStatus: 408,
    whoCanAct: 'user',
    retriable: true,
    params: ['timeoutSeconds'],
  },
} as const satisfies ErrorRows;
