import type { ErrorRows } from '../row.ts';

/** Applying for certificates online and renewing them. */
export const enrolmentErrors = {
  ERR_ENROLMENT_NOT_OFFERED: {
    httpStatus: 409,
    whoCanAct: 'user',
    retriable: false,
    params: [],
  },
  ERR_ENROLMENT_STATE: {
    httpStatus: 409,
    whoCanAct: 'user',
    retriable: false,
    params: ['state'],
  },
  ERR_ENROLMENT_REQUEST_REFUSED: {
    httpStatus: 422,
    whoCanAct: 'integrator',
    retriable: false,
    params: ['field', 'rule'],
  },
  ERR_ENROLMENT_KEY_USED: {
    httpStatus: 409,
    whoCanAct: 'user',
    retriable: false,
    params: [],
  },
  ERR_ENROLMENT_PROOF_REFUSED: {
    httpStatus: 422,
    whoCanAct: 'user',
    retriable: false,
    params: ['cause'],
  },
  ERR_ENROLMENT_CA_UNREACHABLE: {
    httpStatus: 503,
    whoCanAct: 'operator',
    retriable: true,
    params: ['cause'],
  },
  ERR_ENROLMENT_CREDENTIAL_REFUSED: {
    httpStatus: 502,
    whoCanAct: 'operator',
    retriable: false,
    params: ['status'],
  },
  ERR_ENROLMENT_CREDENTIAL_MISSING: {
    httpStatus: 503,
    whoCanAct: 'operator',
    retriable: false,
    params: ['name'],
  },
  ERR_ENROLMENT_CA_REFUSED: {
    httpStatus: 409,
    whoCanAct: 'user',
    retriable: false,
    params: ['status', 'detail'],
  },
  ERR_ENROLMENT_OPERATOR_REFUSED: {
    httpStatus: 409,
    whoCanAct: 'user',
    retriable: false,
    params: ['note'],
  },
  ERR_ENROLMENT_ANSWER_MALFORMED: {
    httpStatus: 502,
    whoCanAct: 'operator',
    retriable: false,
    params: ['cause'],
  },
  ERR_ENROLMENT_ANSWER_MISMATCH: {
    httpStatus: 502,
    whoCanAct: 'operator',
    retriable: false,
    params: ['field', 'cause'],
  },
  ERR_ENROLMENT_OVERDUE: {
    httpStatus: 503,
    whoCanAct: 'operator',
    retriable: false,
    params: ['hours'],
  },
} as const satisfies ErrorRows;
