import { CodedError, type ErrorCode } from '@onelock/core/errors';
import { returnValueName } from './return-values.ts';

const codes: Readonly<Record<string, ErrorCode>> = {
  CKR_PIN_INCORRECT: 'ERR_TOKEN_PIN_INCORRECT',
  CKR_PIN_INVALID: 'ERR_TOKEN_PIN_INCORRECT',
  CKR_PIN_LOCKED: 'ERR_TOKEN_PIN_LOCKED',
  CKR_PIN_LEN_RANGE: 'ERR_TOKEN_PIN_LENGTH',
  CKR_DEVICE_REMOVED: 'ERR_TOKEN_REMOVED',
  CKR_TOKEN_NOT_PRESENT: 'ERR_TOKEN_REMOVED',
  CKR_TOKEN_NOT_RECOGNIZED: 'ERR_TOKEN_REMOVED',
  CKR_SLOT_ID_INVALID: 'ERR_TOKEN_REMOVED',
  CKR_SESSION_CLOSED: 'ERR_TOKEN_SESSION_CLOSED',
  CKR_SESSION_HANDLE_INVALID: 'ERR_TOKEN_SESSION_CLOSED',
  CKR_USER_NOT_LOGGED_IN: 'ERR_TOKEN_SESSION_CLOSED',
  CKR_USER_ALREADY_LOGGED_IN: 'ERR_TOKEN_BUSY',
  CKR_USER_ANOTHER_ALREADY_LOGGED_IN: 'ERR_TOKEN_BUSY',
  CKR_USER_TOO_MANY_TYPES: 'ERR_TOKEN_BUSY',
  CKR_SESSION_COUNT: 'ERR_TOKEN_BUSY',
  CKR_OPERATION_ACTIVE: 'ERR_TOKEN_BUSY',
  CKR_MECHANISM_INVALID: 'ERR_TOKEN_ALGORITHM_UNSUPPORTED',
  CKR_MECHANISM_PARAM_INVALID: 'ERR_TOKEN_ALGORITHM_UNSUPPORTED',
  CKR_KEY_TYPE_INCONSISTENT: 'ERR_TOKEN_ALGORITHM_UNSUPPORTED',
  CKR_KEY_SIZE_RANGE: 'ERR_TOKEN_ALGORITHM_UNSUPPORTED',
  CKR_CURVE_NOT_SUPPORTED: 'ERR_TOKEN_ALGORITHM_UNSUPPORTED',
  CKR_KEY_FUNCTION_NOT_PERMITTED: 'ERR_TOKEN_KEY_USAGE',
  CKR_KEY_HANDLE_INVALID: 'ERR_TOKEN_KEY_NOT_FOUND',
  CKR_OBJECT_HANDLE_INVALID: 'ERR_TOKEN_KEY_NOT_FOUND',
  CKR_UNWRAPPING_KEY_HANDLE_INVALID: 'ERR_TOKEN_KEY_NOT_FOUND',
  CKR_ENCRYPTED_DATA_INVALID: 'ERR_ENVELOPE_CONTENT_INVALID',
  CKR_ENCRYPTED_DATA_LEN_RANGE: 'ERR_ENVELOPE_CONTENT_INVALID',
  CKR_WRAPPED_KEY_INVALID: 'ERR_ENVELOPE_CONTENT_INVALID',
  CKR_WRAPPED_KEY_LEN_RANGE: 'ERR_ENVELOPE_CONTENT_INVALID',
  CKR_DEVICE_MEMORY: 'ERR_TOKEN_FULL',
  CKR_TOKEN_RESOURCE_EXCEEDED: 'ERR_TOKEN_FULL',
  CKR_PIN_TOO_WEAK: 'ERR_TOKEN_PIN_WEAK',
  CKR_FUNCTION_NOT_SUPPORTED: 'ERR_CALL_UNSUPPORTED',
  CKR_TOKEN_WRITE_PROTECTED: 'ERR_CALL_UNSUPPORTED',
  CKR_SESSION_READ_ONLY: 'ERR_CALL_UNSUPPORTED',
  CKR_SESSION_READ_ONLY_EXISTS: 'ERR_TOKEN_BUSY',
  CKR_FUNCTION_CANCELED: 'ERR_USER_CANCELLED',
  CKR_FUNCTION_REJECTED: 'ERR_USER_CANCELLED',
  CKR_CANCEL: 'ERR_USER_CANCELLED',
};

/** Names that {@link codedFailure} knows more of than that the library failed. */
export const meaningfulReturnValues: readonly string[] = Object.keys(codes);

/** What is said when the call that failed knows more than the code does. */
export interface FailureContext {
  readonly algorithm?: string;
  readonly minPinLength?: number;
  readonly maxPinLength?: number;
}

/**
 * What a library said, in our words; its own ride along untranslated.
 * @param api  the function that was called, e.g. `C_Sign`
 */
export function codedFailure(api: string, error: unknown, context: FailureContext = {}): CodedError {
  if (error instanceof CodedError) return error;
  const value = returnValueOf(error);
  if (value === null)
    return new CodedError('ERR_TOKEN_NATIVE_FAILURE', { api, name: 'no return value' }, { cause: error });
  return codedReturnValue(api, value, context, error);
}

/** The same of a bare CKR_*. */
export function codedReturnValue(
  api: string,
  value: number,
  context: FailureContext = {},
  cause: unknown = undefined,
): CodedError {
  const name = returnValueName(value);
  const code = codes[name] ?? 'ERR_TOKEN_NATIVE_FAILURE';
  return new CodedError(code, paramsOf(code, api, name, context), {
    native: { api, name, value },
    ...(cause !== undefined && { cause }),
  });
}

function paramsOf(code: ErrorCode, api: string, name: string, context: FailureContext) {
  if (code === 'ERR_TOKEN_NATIVE_FAILURE') return { api, name };
  if (code === 'ERR_TOKEN_ALGORITHM_UNSUPPORTED') return { algorithm: context.algorithm ?? name };
  if (code === 'ERR_CALL_UNSUPPORTED') return { call: api };
  if (code === 'ERR_TOKEN_KEY_USAGE')
    return { required: api.startsWith('C_Decrypt') || api === 'C_UnwrapKey' ? 'decrypt' : 'digitalSignature' };
  if (code === 'ERR_TOKEN_PIN_INCORRECT') return { retriesLeft: null };
  if (code === 'ERR_TOKEN_PIN_LENGTH') return { min: context.minPinLength ?? null, max: context.maxPinLength ?? null };
  return {};
}

/** The binding writes it as `CKR_NAME:number` or as a number property. */
export function returnValueOf(error: unknown): number | null {
  if (!(error instanceof Error)) return null;
  if ('code' in error && typeof error.code === 'number' && error.code !== 0) return error.code;
  const written = /CKR_\w+:(\d+)/.exec(error.message)?.[1];
  return written === undefined ? null : Number(written);
}
