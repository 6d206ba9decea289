import type { ErrorRows } from '../row.ts';

const refused = { httpStatus: 403, whoCanAct: 'integrator', retriable: false } as const;

/** Request tickets, by which a trading server vouches for what its page asks. */
export const ticketErrors = {
  ERR_TICKET_KEY_UNKNOWN: { ...refused, params: ['key'] },
  ERR_TICKET_SIGNATURE_INVALID: { ...refused, params: [] },
  ERR_TICKET_ORIGIN_MISMATCH: { ...refused, params: ['origin'] },
  ERR_TICKET_EXPIRED: { ...refused, params: ['expiresAt'] },
  ERR_TICKET_REPLAYED: { ...refused, params: [] },
  ERR_TICKET_REQUIRED: { ...refused, params: ['call'] },
  ERR_TICKET_MALFORMED: { ...refused, httpStatus: 400, params: [] },
  ERR_TICKET_OPERATION_MISMATCH: { ...refused, params: ['operation', 'call'] },
  ERR_TICKET_DIGEST_MISMATCH: { ...refused, params: [] },
} as const satisfies ErrorRows;
