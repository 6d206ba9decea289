import type { ErrorRows } from '../row.ts';

export const driverErrors = {
  ERR_DRIVER_CRASHED: {
    httpStatus: 502,
    whoCanAct: 'vendor',
    retriable: true,
    params: ['driver'],
  },
  ERR_DRIVER_TIMEOUT: {
    httpStatus: 504,
    whoCanAct: 'vendor',
    retriable: true,
    params: ['driver', 'timeoutMs'],
  },
  ERR_DRIVER_NOT_INSTALLED: {
    httpStatus: 503,
    whoCanAct: 'user',
    retriable: false,
    params: ['driver', 'detail'],
  },
  ERR_DRIVER_PROTOCOL: {
    httpStatus: 502,
    whoCanAct: 'us',
    retriable: false,
    params: ['driver', 'detail'],
  },
  ERR_DRIVER_CONFIG_INVALID: {
    httpStatus: 400,
    whoCanAct: 'operator',
    retriable: false,
    params: ['field', 'rule'],
  },
  ERR_DRIVER_CLOSED: {
    httpStatus: 503,
    whoCanAct: 'user',
    retriable: true,
    params: ['driver'],
  },
  ERR_DRIVER_LIMIT_EXCEEDED: {
    httpStatus: 413,
    whoCanAct: 'integrator',
    retriable: false,
    params: ['limit'],
  },
} as const satisfies ErrorRows;
