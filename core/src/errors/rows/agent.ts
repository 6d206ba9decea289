import type { ErrorRows } from '../row.ts';

export const agentErrors = {
  ERR_AGENT_HOST_DENIED: {
    httpStatus: 403,
    whoCanAct: 'integrator',
    retriable: false,
    params: [],
  },
  ERR_AGENT_ORIGIN_MISSING: {
    httpStatus: 403,
    whoCanAct: 'integrator',
    retriable: false,
    params: [],
  },
  ERR_AGENT_ORIGIN_DENIED: {
    httpStatus: 403,
    whoCanAct: 'operator',
    retriable: false,
    params: ['origin'],
  },
  ERR_AGENT_ORIGIN_UNREGISTERED: {
    httpStatus: 403,
    whoCanAct: 'operator',
    retriable: false,
    params: ['origin'],
  },
  ERR_AGENT_ORIGIN_REGISTRY_STALE: {
    httpStatus: 503,
    whoCanAct: 'user',
    retriable: true,
    params: ['expiresAt'],
  },
  ERR_AGENT_ORIGIN_REGISTRY_MISSING: {
    httpStatus: 503,
    whoCanAct: 'user',
    retriable: true,
    params: [],
  },
  ERR_AGENT_ORIGIN_REGISTRY_INVALID: {
    httpStatus: 502,
    whoCanAct: 'operator',
    retriable: false,
    params: ['rule'],
  },
  ERR_AGENT_PEER_DENIED: {
    httpStatus: 403,
    whoCanAct: 'operator',
    retriable: false,
    params: [],
  },
  ERR_AGENT_FRAME_INVALID: {
    httpStatus: 400,
    whoCanAct: 'integrator',
    retriable: false,
    params: ['detail'],
  },
  ERR_AGENT_RATE_LIMITED: {
    httpStatus: 429,
    whoCanAct: 'integrator',
    retriable: true,
    params: ['retryAfterMs'],
  },
  ERR_AGENT_VERSION_MISMATCH: {
    httpStatus: 409,
    whoCanAct: 'user',
    retriable: false,
    params: ['agent', 'page'],
  },
  ERR_AGENT_WINDOW_UNAVAILABLE: {
    httpStatus: 503,
    whoCanAct: 'user',
    retriable: true,
    params: [],
  },
  ERR_AGENT_WINDOW_EXPIRED: {
    httpStatus: 403,
    whoCanAct: 'user',
    retriable: true,
    params: [],
  },
  ERR_AGENT_PORTS_TAKEN: {
    httpStatus: 503,
    whoCanAct: 'user',
    retriable: true,
    params: ['ports'],
  },
  ERR_AGENT_INTERNAL: {
    httpStatus: 500,
    whoCanAct: 'us',
    retriable: false,
    params: [],
  },
} as const satisfies ErrorRows;
