import type { ErrorRows } from '../row.ts';

export const suiteErrors = {
  ERR_SUITE_FORMAT: {
    httpStatus: 400,
    whoCanAct: 'integrator',
    retriable: false,
    params: ['file', 'field'],
  },
  ERR_CLI_USAGE: {
    httpStatus: 400,
    whoCanAct: 'user',
    retriable: false,
    params: ['detail'],
  },
  ERR_CLI_FILE_UNREADABLE: {
    httpStatus: 400,
    whoCanAct: 'user',
    retriable: false,
    params: ['file'],
  },
  ERR_CLI_INTERNAL: {
    httpStatus: 500,
    whoCanAct: 'us',
    retriable: false,
    params: ['detail'],
  },
} as const satisfies ErrorRows;
