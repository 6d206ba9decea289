import type { ErrorRows } from '../row.ts';

export const envelopeErrors = {
  ERR_ENVELOPE_MALFORMED: {
    httpStatus: 422,
    whoCanAct: 'integrator',
    retriable: false,
    params: ['field', 'offset'],
    clause: 'GB/T 35275-2017 §9',
  },
  ERR_ENVELOPE_NOT_RECIPIENT: {
    httpStatus: 422,
    whoCanAct: 'user',
    retriable: false,
    params: [],
    clause: 'RFC 5652 §6.2',
  },
  ERR_ENVELOPE_CONTENT_INVALID: {
    httpStatus: 422,
    whoCanAct: 'integrator',
    retriable: false,
    params: [],
  },
} as const satisfies ErrorRows;
