import type { watchlistErrors } from '../../errors/rows/watchlist.ts';
import type { WordsFor } from '../words.ts';

export const watchlistWords = {
  ERR_WATCHLIST_BLOCKED:
    'Supervision has restricted this certificate, company, person or device ({entry}); turn to the trading centre',
  ERR_WATCHLIST_STEP_UP: 'The trading centre has to check who you are and clear you before you log in ({entry})',
} as const satisfies WordsFor<typeof watchlistErrors>;
