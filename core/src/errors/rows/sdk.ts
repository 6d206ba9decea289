import type { ErrorRows } from '../row.ts';

export const sdkErrors = {
  ERR_SDK_AGENT_NOT_FOUND: {
    httpStatus: 503,
    whoCanAct: 'user',
    retriable: true,
    params: [],
  },
  ERR_SDK_BLOCKED_BY_CSP: {
    httpStatus: 403,
    whoCanAct: 'integrator',
    retriable: false,
    params: ['directive'],
  },
  ERR_SDK_LOCAL_NETWORK_DENIED: {
    httpStatus: 403,
    whoCanAct: 'user',
    retriable: false,
    params: [],
  },
  ERR_SDK_CLOSED: {
    httpStatus: 409,
    whoCanAct: 'integrator',
    retriable: false,
    params: [],
  },
  ERR_SDK_ABORTED: {
    httpStatus: 408,
    whoCanAct: 'user',
    retriable: true,
    params: [],
  },
  ERR_SDK_CONNECTION_LOST: {
    httpStatus: 503,
    whoCanAct: 'user',
    retriable: true,
    params: [],
  },
  ERR_SDK_TIMEOUT: {
    httpStatus: 504,
    whoCanAct: 'user',
    retriable: true,
    params: ['timeoutMs'],
  },
  ERR_SDK_PROTOCOL: {
    httpStatus: 502,
    whoCanAct: 'us',
    retriable: false,
    params: ['detail'],
  },
} as const satisfies ErrorRows;
