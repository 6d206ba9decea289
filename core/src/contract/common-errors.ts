import type { ErrorCode } from '../errors/registry.ts';

/** What any call may reject with, whatever its own list says. */
export const commonErrors = [
  'ERR_CALL_UNKNOWN',
  'ERR_CALL_UNSUPPORTED',
  'ERR_CALL_PARAMS_INVALID',
  'ERR_CALL_RESULT_INVALID',
  'ERR_CALL_PERMISSION_DENIED',
  'ERR_AGENT_ORIGIN_DENIED',
  'ERR_AGENT_ORIGIN_UNREGISTERED',
  'ERR_AGENT_ORIGIN_REGISTRY_STALE',
  'ERR_AGENT_ORIGIN_REGISTRY_MISSING',
  'ERR_AGENT_RATE_LIMITED',
  'ERR_AGENT_INTERNAL',
  'ERR_SDK_AGENT_NOT_FOUND',
  'ERR_SDK_CONNECTION_LOST',
  'ERR_SDK_TIMEOUT',
  'ERR_SDK_PROTOCOL',
] as const satisfies readonly ErrorCode[];

/** What a call that asks for the site's authorisation may reject with besides: the person may say no. */
export const consentErrors = [
  'ERR_USER_CANCELLED',
  'ERR_USER_TIMEOUT',
  'ERR_AGENT_WINDOW_UNAVAILABLE',
] as const satisfies readonly ErrorCode[];
