import type { ErrorRows } from '../row.ts';

/** Sources of evidence: OCSP responders, lists, issuers' certificates, time-stamps. `url` is without query. */
export const evidenceErrors = {
  ERR_EVIDENCE_URL_UNSUPPORTED: {
    httpStatus: 422,
    whoCanAct: 'operator',
    retriable: false,
    params: ['url', 'rule'],
  },
  ERR_EVIDENCE_ADDRESS_REFUSED: {
    httpStatus: 422,
    whoCanAct: 'operator',
    retriable: false,
    params: ['url', 'address'],
  },
  ERR_EVIDENCE_UNREACHABLE: {
    httpStatus: 422,
    whoCanAct: 'operator',
    retriable: true,
    params: ['url', 'cause'],
  },
  ERR_EVIDENCE_TIMEOUT: {
    httpStatus: 422,
    whoCanAct: 'operator',
    retriable: true,
    params: ['url', 'timeoutMs'],
  },
  ERR_EVIDENCE_STATUS: {
    httpStatus: 422,
    whoCanAct: 'operator',
    retriable: true,
    params: ['url', 'status'],
  },
  ERR_EVIDENCE_TOO_LARGE: {
    httpStatus: 422,
    whoCanAct: 'operator',
    retriable: false,
    params: ['url', 'limit'],
  },
  ERR_EVIDENCE_MALFORMED: {
    httpStatus: 422,
    whoCanAct: 'operator',
    retriable: true,
    params: ['url', 'cause'],
  },
  ERR_EVIDENCE_REJECTED: {
    httpStatus: 422,
    whoCanAct: 'operator',
    retriable: true,
    params: ['url', 'cause'],
  },
  ERR_EVIDENCE_WENT_BACK: {
    httpStatus: 422,
    whoCanAct: 'operator',
    retriable: true,
    params: ['url', 'known', 'offered'],
    clause: 'RFC 5280 §5.2.3',
  },
  ERR_EVIDENCE_SUSPENDED: {
    httpStatus: 422,
    whoCanAct: 'operator',
    retriable: true,
    params: ['url', 'cause', 'retryAt'],
  },
} as const satisfies ErrorRows;
