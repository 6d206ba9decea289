import type { ErrorRows } from '../row.ts';

export const x509Errors = {
  ERR_X509_MALFORMED: {
    httpStatus: 400,
    whoCanAct: 'integrator',
    retriable: false,
    params: ['field', 'offset'],
    clause: 'RFC 5280 §4.1',
  },
  ERR_X509_EXTENSION_DUPLICATE: {
    httpStatus: 400,
    whoCanAct: 'vendor',
    retriable: false,
    params: ['oid'],
    clause: 'RFC 5280 §4.2',
  },
  ERR_X509_SIGNATURE_ALGORITHMS_DIFFER: {
    httpStatus: 422,
    whoCanAct: 'vendor',
    retriable: false,
    params: ['outer', 'inner'],
    clause: 'RFC 5280 §4.1.1.2',
  },
  ERR_X509_EXTENSION_ABSENT: {
    httpStatus: 404,
    whoCanAct: 'integrator',
    retriable: false,
    params: ['oid'],
    clause: 'RFC 5280 §4.2',
  },
  ERR_X509_ENTRIES_EXCEEDED: {
    httpStatus: 422,
    whoCanAct: 'vendor',
    retriable: false,
    params: ['field', 'limit'],
  },
} as const satisfies ErrorRows;
