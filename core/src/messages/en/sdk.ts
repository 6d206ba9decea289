import type { sdkErrors } from '../../errors/rows/sdk.ts';
import type { WordsFor } from '../words.ts';

export const sdkWords = {
  ERR_SDK_AGENT_NOT_FOUND: 'The OneLock agent was not found: install or start it and try again',
  ERR_SDK_BLOCKED_BY_CSP:
    'The content security policy of this site ({directive}) does not allow the OneLock agent; the site must add its addresses to connect-src',
  ERR_SDK_LOCAL_NETWORK_DENIED:
    'The browser forbids this site to reach apps on this computer: click the icon left of the address, allow local network access in the site settings and reload the page',
  ERR_SDK_CLOSED: 'The page has closed its connection to the OneLock agent',
  ERR_SDK_ABORTED: 'The page has given up this operation',
  ERR_SDK_CONNECTION_LOST: 'The connection to the OneLock agent was lost: try again',
  ERR_SDK_TIMEOUT: 'The OneLock agent did not answer within {timeoutMs} ms',
  ERR_SDK_PROTOCOL: 'The answer of the OneLock agent was not understood: {detail}',
} as const satisfies WordsFor<typeof sdkErrors>;
