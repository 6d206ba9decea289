import type { sdkErrors } from '../../errors/rows/sdk.ts';
import type { WordsFor } from '../words.ts';

export const sdkWords = {
  ERR_SDK_AGENT_NOT_FOUND: 'The OneLock agent was not found: install or start it and try again',
  ERR_SDK_CONNECTION_LOST: 'The connection to the OneLock agent was lost: try again',
  ERR_SDK_TIMEOUT: 'The OneLock agent did not answer within {timeoutMs} ms',
  ERR_SDK_PROTOCOL: 'The answer of the OneLock agent was not understood: {detail}',
} as const satisfies WordsFor<typeof sdkErrors>;
