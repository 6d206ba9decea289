import type { remoteSessionErrors } from '../../errors/rows/remote-session.ts';
import type { WordsFor } from '../words.ts';

export const remoteSessionWords = {
  ERR_REMOTE_SESSION_UNKNOWN: '没有这个扫码会话，或它不属于本网站',
} as const satisfies WordsFor<typeof remoteSessionErrors>;
