import type { agentErrors } from '../../errors/rows/agent.ts';
import type { WordsFor } from '../words.ts';

export const agentWords = {
  ERR_AGENT_HOST_DENIED: 'The host name of the request is not allowed',
  ERR_AGENT_ORIGIN_MISSING: 'The request has no Origin and was refused',
  ERR_AGENT_ORIGIN_DENIED: 'The site {origin} is not authorised to use the keys of this computer',
  ERR_AGENT_ORIGIN_UNREGISTERED:
    'The site {origin} is not among the platforms that the trading centre publishes, and may not use the keys of this computer. A real trading platform registers its address with the trading centre',
  ERR_AGENT_ORIGIN_REGISTRY_STALE:
    'The list of platforms on this computer ended at {expiresAt}, so that no site can be recognised. Connect to the network, check the clock and try again',
  ERR_AGENT_ORIGIN_REGISTRY_MISSING:
    'This computer has no list of platforms yet, so that no site can be recognised. Connect to the network and try again',
  ERR_AGENT_ORIGIN_REGISTRY_INVALID:
    'The list of platforms that the service gave cannot be believed ({rule}); the one from before stays in use',
  ERR_AGENT_PEER_DENIED: 'The connection comes from another user of this computer and was refused',
  ERR_AGENT_FRAME_INVALID: 'The message is not valid: {detail}',
  ERR_AGENT_RATE_LIMITED: 'Too many requests: try again in {retryAfterMs} ms',
  ERR_AGENT_VERSION_MISMATCH: 'The versions do not fit: agent {agent}, page {page}',
  ERR_AGENT_WINDOW_UNAVAILABLE: 'The confirmation window could not be opened',
  ERR_AGENT_WINDOW_EXPIRED: 'This confirmation window was used or has expired: go back to the site and start again',
  ERR_AGENT_PORTS_TAKEN: 'The ports {ports} are all taken: close the program that holds them and start the agent again',
  ERR_AGENT_INTERNAL: 'Internal error of the agent: contact support and give the call id',
} as const satisfies WordsFor<typeof agentErrors>;
