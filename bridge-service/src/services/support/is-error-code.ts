import { type ErrorCode, errorRegistry } from '@onelock/core/errors';

/** Codes come back from the database as text. */
export function isErrorCode(code: string): code is ErrorCode {
  return Object.hasOwn(errorRegistry, code);
}
