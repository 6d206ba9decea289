import type { watchlistErrors } from '../../errors/rows/watchlist.ts';
import type { WordsFor } from '../words.ts';

export const watchlistWords = {
  ERR_WATCHLIST_BLOCKED:
    'Supervision has restricted this certificate, company, person or device ({entry}); turn to the trading centre',
  ERR_WATCHLIST_STEP_UP: 'The trading centre has to check who you are and clear you before you log in ({entry})',
  ERR_REGISTRY_CERTIFICATE_INACTIVE:
    'The trading centre has taken this certificate out of use ({certificate}, {state}): please ask the trading centre',
  ERR_REGISTRY_COMPANY_CLOSED:
    'The trading centre has closed the registration of this company ({company}): please ask the trading centre',
} as const satisfies WordsFor<typeof watchlistErrors>;
