import type { ErrorRows } from '../row.ts';

export const remoteSessionErrors = {
  ERR_REMOTE_SESSION_UNKNOWN: {
    httpStatus: 404,
    whoCanAct: 'integrator',
    retriable: false,
    params: [],
  },
} as const satisfies ErrorRows;
