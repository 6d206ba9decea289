import type { ErrorRows } from '../row.ts';

export const bytesErrors = {
  ERR_BYTES_BASE64_INVALID: {
    httpStatus: 400,
    whoCanAct: 'integrator',
    retriable: false,
    params: ['offset'],
    clause: 'RFC 4648 §4',
  },
  ERR_BYTES_HEX_INVALID: {
    httpStatus: 400,
    whoCanAct: 'integrator',
    retriable: false,
    params: [],
  },
  ERR_BYTES_UTF8_INVALID: {
    httpStatus: 400,
    whoCanAct: 'integrator',
    retriable: false,
    params: [],
    clause: 'RFC 3629',
  },
  ERR_BYTES_PEM_INVALID: {
    httpStatus: 400,
    whoCanAct: 'integrator',
    retriable: false,
    params: ['line'],
    clause: 'RFC 7468',
  },
  ERR_BYTES_TOO_LARGE: {
    httpStatus: 413,
    whoCanAct: 'integrator',
    retriable: false,
    params: ['limit', 'actual'],
  },
} as const satisfies ErrorRows;
