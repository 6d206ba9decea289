import type { ErrorCode, ErrorParams, NativeError, WhoCanAct } from '@onelock/core/errors';
import { OneLockError, ownError } from '../errors.ts';

const whoCanActWords: readonly WhoCanAct[] = ['user', 'integrator', 'operator', 'vendor', 'us'];

/** The error of a JSON-RPC answer as the one that callers see; anything else than the contract's shape is ERR_SDK_PROTOCOL. */
export function reviveError(error: unknown, callId: string): OneLockError {
  const data = field(error, 'data');
  const code = field(data, 'code');
  const whoCanAct = whoCanActWords.find((word) => word === field(data, 'whoCanAct'));
  if (typeof code !== 'string' || !/^ERR_[A-Z0-9_]{1,60}$/.test(code) || whoCanAct === undefined)
    return ownError('ERR_SDK_PROTOCOL', { detail: 'error without a code' }, { callId });
  const statedCallId = field(data, 'callId');
  return new OneLockError({
    code: code as ErrorCode,
    params: flatParams(field(data, 'params')),
    callId: typeof statedCallId === 'string' ? statedCallId : callId,
    native: nativeError(field(data, 'native')),
    retriable: field(data, 'retriable') === true,
    whoCanAct,
  });
}

function field(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null ? (value as Readonly<Record<string, unknown>>)[name] : undefined;
}

function flatParams(value: unknown): ErrorParams {
  if (typeof value !== 'object' || value === null) return {};
  const isFlat = (item: unknown): boolean => item === null || ['string', 'number', 'boolean'].includes(typeof item);
  return Object.fromEntries(Object.entries(value).filter(([, item]) => isFlat(item)));
}

function nativeError(value: unknown): NativeError | undefined {
  const api = field(value, 'api');
  const name = field(value, 'name');
  const number = field(value, 'value');
  if (typeof api !== 'string' || typeof name !== 'string' || typeof number !== 'number') return undefined;
  return { api, name, value: number };
}
