import type { remoteSessionErrors } from '../../errors/rows/remote-session.ts';
import type { WordsFor } from '../words.ts';

export const remoteSessionWords = {
  ERR_REMOTE_SESSION_UNKNOWN: 'There is no such remote session, or it belongs to another site',
} as const satisfies WordsFor<typeof remoteSessionErrors>;
