import type { agentErrors } from '../../errors/rows/agent.ts';
import type { WordsFor } from '../words.ts';

export const agentWords = {
  ERR_AGENT_HOST_DENIED: 'The host name of the request is not allowed',
  ERR_AGENT_ORIGIN_MISSING: 'The request has no Origin and was refused',
  ERR_AGENT_ORIGIN_DENIED: 'The site {origin} is not authorised to use the keys of this computer',
  ERR_AGENT_PEER_DENIED: 'The connection comes from another user of this computer and was refused',
  ERR_AGENT_FRAME_INVALID: 'The message is not valid: {detail}',
  ERR_AGENT_RATE_LIMITED: 'Too many requests: try again in {retryAfterMs} ms',
  ERR_AGENT_VERSION_MISMATCH: 'The versions do not fit: agent {agent}, page {page}',
  ERR_AGENT_WINDOW_UNAVAILABLE: 'The confirmation window could not be opened',
  ERR_AGENT_WINDOW_EXPIRED: 'This confirmation window was used or has expired: go back to the site and start again',
  ERR_AGENT_PORTS_TAKEN: 'The ports {ports} are all taken: close the program that holds them and start the agent again',
  ERR_AGENT_INTERNAL: 'Internal error of the agent: contact support and give the call id',
} as const satisfies WordsFor<typeof agentErrors>;
