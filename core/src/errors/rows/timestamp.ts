import type { ErrorRows } from '../row.ts';

export const timestampErrors = {
  ERR_TIMESTAMP_UNAVAILABLE: {
    httpStatus: 422,
    whoCanAct: 'operator',
    retriable: true,
    params: [],
  },
  ERR_TIMESTAMP_REFUSED: {
    httpStatus: 502,
    whoCanAct: 'operator',
    retriable: true,
    params: ['status'],
    clause: 'RFC 3161 §2.4.2',
  },
  ERR_TIMESTAMP_MALFORMED: {
    httpStatus: 422,
    whoCanAct: 'operator',
    retriable: false,
    params: ['field', 'offset'],
    clause: 'RFC 3161 §2.4.2',
  },
  ERR_TIMESTAMP_AUTHORITY_INVALID: {
    httpStatus: 422,
    whoCanAct: 'operator',
    retriable: false,
    params: ['rule'],
    clause: 'RFC 3161 §2.3',
  },
  ERR_TIMESTAMP_FORM_UNSUPPORTED: {
    httpStatus: 422,
    whoCanAct: 'operator',
    retriable: false,
    params: ['form'],
  },
  ERR_TIMESTAMP_MISMATCH: {
    httpStatus: 422,
    whoCanAct: 'operator',
    retriable: false,
    params: ['field'],
    clause: 'RFC 3161 §2.4.2',
  },
} as const satisfies ErrorRows;
