import { CodedError } from '@onelock/core/errors';

/** @throws {CodedError} ERR_DRIVER_LIMIT_EXCEEDED */
export function demandLength(bytes: Uint8Array, limit: number): void {
  if (bytes.length > limit) throw tooLong(limit);
}

export function tooLong(limit: number): CodedError {
  return new CodedError('ERR_DRIVER_LIMIT_EXCEEDED', { limit });
}
