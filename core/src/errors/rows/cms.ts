import type { ErrorRows } from '../row.ts';

export const cmsErrors = {
  ERR_CMS_MALFORMED: {
    httpStatus: 400,
    whoCanAct: 'integrator',
    retriable: false,
    params: ['field', 'offset'],
    clause: 'GB/T 35275-2017 §8',
  },
  ERR_CMS_CONTENT_TYPE_UNSUPPORTED: {
    httpStatus: 422,
    whoCanAct: 'integrator',
    retriable: false,
    params: ['oid'],
    clause: 'GB/T 35275-2017 §6',
  },
  ERR_CMS_CONTENT_ABSENT: {
    httpStatus: 422,
    whoCanAct: 'integrator',
    retriable: false,
    params: [],
    clause: 'RFC 5652 §5.2',
  },
  ERR_CMS_CONTENT_MISMATCH: {
    httpStatus: 422,
    whoCanAct: 'integrator',
    retriable: false,
    params: [],
    clause: 'RFC 5652 §5.2',
  },
  ERR_CMS_DIGEST_MISMATCH: {
    httpStatus: 422,
    whoCanAct: 'user',
    retriable: false,
    params: [],
    clause: 'RFC 5652 §5.4',
  },
  ERR_CMS_ATTRIBUTE_INVALID: {
    httpStatus: 422,
    whoCanAct: 'vendor',
    retriable: false,
    params: ['attribute'],
    clause: 'RFC 5652 §5.3',
  },
  ERR_CMS_SIGNER_CERTIFICATE_ABSENT: {
    httpStatus: 422,
    whoCanAct: 'integrator',
    retriable: false,
    params: ['signer'],
    clause: 'RFC 5652 §5.1',
  },
  ERR_DEVIATION_UNDECLARED: {
    httpStatus: 422,
    whoCanAct: 'operator',
    retriable: false,
    params: ['deviation', 'authority'],
  },
  ERR_CMS_ATTRIBUTES_FORBIDDEN_INPUT: {
    httpStatus: 403,
    whoCanAct: 'integrator',
    retriable: false,
    params: [],
    clause: 'RFC 5652 §5.4',
  },
  ERR_CMS_NO_SIGNER: {
    httpStatus: 422,
    whoCanAct: 'integrator',
    retriable: false,
    params: [],
    clause: 'RFC 5652 §5.1',
  },
} as const satisfies ErrorRows;
