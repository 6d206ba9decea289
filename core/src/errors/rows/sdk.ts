import type { ErrorRows } from '../row.ts';

export const sdkErrors = {
  ERR_SDK_AGENT_NOT_FOUND: {
    httpStatus: 503,
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
