import type { ErrorRows } from '../row.ts';

export const documentErrors = {
  ERR_DOCUMENT_MALFORMED: {
    httpStatus: 422,
    whoCanAct: 'integrator',
    retriable: false,
    params: ['detail'],
  },
  ERR_DOCUMENT_UNSUPPORTED: {
    httpStatus: 415,
    whoCanAct: 'integrator',
    retriable: false,
    params: ['detail'],
  },
  ERR_DOCUMENT_PLACE_NOT_FOUND: {
    httpStatus: 422,
    whoCanAct: 'integrator',
    retriable: false,
    params: ['detail'],
  },
} as const satisfies ErrorRows;
