import type { ErrorRows } from '../row.ts';

export const keyFileErrors = {
  ERR_KEY_FILE_MALFORMED: {
    httpStatus: 422,
    whoCanAct: 'user',
    retriable: false,
    params: ['field', 'offset'],
    clause: 'RFC 7292 §4',
  },
  ERR_KEY_FILE_PASSWORD_WRONG: {
    httpStatus: 422,
    whoCanAct: 'user',
    retriable: true,
    params: [],
    clause: 'RFC 7292 §5.1',
  },
  ERR_KEY_FILE_LIMIT_EXCEEDED: {
    httpStatus: 413,
    whoCanAct: 'integrator',
    retriable: false,
    params: ['limit'],
  },
} as const satisfies ErrorRows;
