import type { ErrorRows } from '../row.ts';

/** What the watch-list of supervision does to a use. */
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
} as const satisfies ErrorRows;
