import type { ErrorRows } from '../row.ts';

export const revocationErrors = {
  ERR_REVOCATION_REVOKED: {
    httpStatus: 422,
    whoCanAct: 'user',
    retriable: false,
    params: ['subject', 'revokedAt'],
    clause: 'RFC 5280 §6.3',
  },
  ERR_REVOCATION_UNKNOWN: {
    httpStatus: 422,
    whoCanAct: 'operator',
    retriable: true,
    params: ['subject'],
    clause: 'RFC 5280 §6.3',
  },
} as const satisfies ErrorRows;
