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
  ERR_DRIVER_IN_USE: {
    httpStatus: 409,
    whoCanAct: 'user',
    retriable: true,
    params: ['driver', 'program', 'pid'],
  },
  ERR_DRIVER_LIMIT_EXCEEDED: {
    httpStatus: 413,
    whoCanAct: 'integrator',
    retriable: false,
    params: ['limit'],
  },
  ERR_DRIVER_MANIFEST_MALFORMED: {
    httpStatus: 400,
    whoCanAct: 'vendor',
    retriable: false,
    params: ['field', 'rule'],
  },
  ERR_DRIVER_MANIFEST_UNSIGNED: {
    httpStatus: 422,
    whoCanAct: 'vendor',
    retriable: false,
    params: [],
  },
  ERR_DRIVER_MANIFEST_UNTRUSTED: {
    httpStatus: 422,
    whoCanAct: 'operator',
    retriable: false,
    params: ['reason'],
  },
  ERR_DRIVER_VERSION_ROLLBACK: {
    httpStatus: 409,
    whoCanAct: 'operator',
    retriable: false,
    params: ['name', 'version', 'known'],
  },
  ERR_DRIVER_RECALLED: {
    httpStatus: 422,
    whoCanAct: 'vendor',
    retriable: false,
    params: ['driver', 'reason'],
  },
  ERR_DRIVER_UNKNOWN: {
    httpStatus: 404,
    whoCanAct: 'operator',
    retriable: false,
    params: ['driver'],
  },
  ERR_DRIVER_SYSTEM_UNSUPPORTED: {
    httpStatus: 501,
    whoCanAct: 'vendor',
    retriable: false,
    params: ['driver', 'system'],
  },
  ERR_DRIVER_LIBRARY_ALTERED: {
    httpStatus: 422,
    whoCanAct: 'vendor',
    retriable: false,
    params: ['driver', 'file'],
  },
  ERR_DRIVER_LIBRARY_UNSAFE: {
    httpStatus: 422,
    whoCanAct: 'operator',
    retriable: false,
    params: ['driver', 'file', 'rule'],
  },
} as const satisfies ErrorRows;
