import type { ErrorCode } from '../../errors/registry.ts';

/** What may go wrong whenever a person unlocks a key and the key acts. */
export const keyUseErrors = [
  'ERR_USER_CANCELLED',
  'ERR_USER_TIMEOUT',
  'ERR_AGENT_WINDOW_UNAVAILABLE',
  'ERR_TOKEN_PIN_INCORRECT',
  'ERR_TOKEN_PIN_LOCKED',
  'ERR_TOKEN_HANDLE_STALE',
  'ERR_TOKEN_REMOVED',
  'ERR_TOKEN_BUSY',
  'ERR_TOKEN_KEY_NOT_FOUND',
  'ERR_TOKEN_KEY_USAGE',
  'ERR_TOKEN_NATIVE_FAILURE',
  'ERR_DRIVER_CRASHED',
  'ERR_DRIVER_TIMEOUT',
] as const satisfies readonly ErrorCode[];
