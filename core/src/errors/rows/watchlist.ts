import type { ErrorRows } from '../row.ts';

/** What the watch-list of supervision, and what the registries say, do to a use. */
export const watchlistErrors = {
  ERR_WATCHLIST_BLOCKED: {
    httpStatus: 403,
    whoCanAct: 'operator',
    retriable: false,
    params: ['entry'],
  },
  ERR_WATCHLIST_STEP_UP: {
    httpStatus: 403,
    whoCanAct: 'operator',
    retriable: true,
    params: ['entry'],
  },
  ERR_REGISTRY_CERTIFICATE_INACTIVE: {
    httpStatus: 403,
    whoCanAct: 'operator',
    retriable: false,
    params: ['certificate', 'state'],
  },
  ERR_REGISTRY_COMPANY_CLOSED: {
    httpStatus: 403,
    whoCanAct: 'operator',
    retriable: false,
    params: ['company'],
  },
} as const satisfies ErrorRows;
