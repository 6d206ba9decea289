import { CodedError, type ErrorCode, type ErrorParams } from '@onelock/core/errors';
import { type ReturnValueName, returnValueName, returnValueNames } from './return-values.ts';

/** What each SAR_* means to whoever called. Total: a code that is not named here is the vendor's own trouble. */
const codes: Readonly<Record<ReturnValueName, ErrorCode>> = {
  SAR_OK: 'ERR_TOKEN_NATIVE_FAILURE',
  SAR_FAIL: 'ERR_TOKEN_NATIVE_FAILURE',
  SAR_UNKNOWNERR: 'ERR_TOKEN_NATIVE_FAILURE',
  SAR_NOTSUPPORTYETERR: 'ERR_CALL_UNSUPPORTED',
  SAR_FILEERR: 'ERR_TOKEN_NATIVE_FAILURE',
  SAR_INVALIDHANDLEERR: 'ERR_TOKEN_NATIVE_FAILURE',
  SAR_INVALIDPARAMERR: 'ERR_TOKEN_NATIVE_FAILURE',
  SAR_READFILEERR: 'ERR_TOKEN_NATIVE_FAILURE',
  SAR_WRITEFILEERR: 'ERR_TOKEN_NATIVE_FAILURE',
  SAR_NAMELENERR: 'ERR_TOKEN_NATIVE_FAILURE',
  SAR_KEYUSAGEERR: 'ERR_TOKEN_KEY_USAGE',
  SAR_MODULUSLENERR: 'ERR_TOKEN_ALGORITHM_UNSUPPORTED',
  SAR_NOTINITIALIZEERR: 'ERR_TOKEN_NATIVE_FAILURE',
  SAR_OBJERR: 'ERR_TOKEN_NATIVE_FAILURE',
  SAR_MEMORYERR: 'ERR_TOKEN_NATIVE_FAILURE',
  SAR_TIMEOUTERR: 'ERR_TOKEN_BUSY',
  SAR_INDATALENERR: 'ERR_TOKEN_NATIVE_FAILURE',
  SAR_INDATAERR: 'ERR_TOKEN_NATIVE_FAILURE',
  SAR_GENRANDERR: 'ERR_TOKEN_NATIVE_FAILURE',
  SAR_HASHOBJERR: 'ERR_TOKEN_NATIVE_FAILURE',
  SAR_HASHERR: 'ERR_TOKEN_NATIVE_FAILURE',
  SAR_GENRSAKEYERR: 'ERR_TOKEN_NATIVE_FAILURE',
  SAR_RSAMODULUSLENERR: 'ERR_TOKEN_ALGORITHM_UNSUPPORTED',
  SAR_CSPIMPRTPUBKEYERR: 'ERR_TOKEN_NATIVE_FAILURE',
  SAR_RSAENCERR: 'ERR_TOKEN_NATIVE_FAILURE',
  SAR_RSADECERR: 'ERR_TOKEN_NATIVE_FAILURE',
  SAR_HASHNOTEQUALERR: 'ERR_TOKEN_NATIVE_FAILURE',
  SAR_KEYNOTFOUNTERR: 'ERR_TOKEN_KEY_NOT_FOUND',
  SAR_CERTNOTFOUNTERR: 'ERR_TOKEN_KEY_NOT_FOUND',
  SAR_NOTEXPORTERR: 'ERR_TOKEN_NATIVE_FAILURE',
  SAR_DECRYPTPADERR: 'ERR_TOKEN_NATIVE_FAILURE',
  SAR_MACLENERR: 'ERR_TOKEN_NATIVE_FAILURE',
  SAR_BUFFER_TOO_SMALL: 'ERR_TOKEN_NATIVE_FAILURE',
  SAR_KEYINFOTYPEERR: 'ERR_TOKEN_ALGORITHM_UNSUPPORTED',
  SAR_NOT_EVENTERR: 'ERR_TOKEN_NATIVE_FAILURE',
  SAR_DEVICE_REMOVED: 'ERR_TOKEN_REMOVED',
  SAR_PIN_INCORRECT: 'ERR_TOKEN_PIN_INCORRECT',
  SAR_PIN_LOCKED: 'ERR_TOKEN_PIN_LOCKED',
  SAR_PIN_INVALID: 'ERR_TOKEN_PIN_INCORRECT',
  SAR_PIN_LEN_RANGE: 'ERR_TOKEN_PIN_LENGTH',
  SAR_USER_ALREADY_LOGGED_IN: 'ERR_TOKEN_BUSY',
  SAR_USER_PIN_NOT_INITIALIZED: 'ERR_TOKEN_NATIVE_FAILURE',
  SAR_USER_TYPE_INVALID: 'ERR_TOKEN_NATIVE_FAILURE',
  SAR_APPLICATION_NAME_INVALID: 'ERR_TOKEN_NATIVE_FAILURE',
  SAR_APPLICATION_EXISTS: 'ERR_TOKEN_NATIVE_FAILURE',
  SAR_USER_NOT_LOGGED_IN: 'ERR_TOKEN_SESSION_CLOSED',
  SAR_APPLICATION_NOT_EXISTS: 'ERR_TOKEN_NOT_FOUND',
  SAR_FILE_ALREADY_EXIST: 'ERR_TOKEN_NATIVE_FAILURE',
  SAR_NO_ROOM: 'ERR_TOKEN_FULL',
  SAR_FILE_NOT_EXIST: 'ERR_TOKEN_FILE_NOT_FOUND',
  SAR_REACH_MAX_CONTAINER_COUNT: 'ERR_TOKEN_FULL',
  // From here on libraries of before 2023 mean other things by the same numbers: only names that cannot mislead are said.
  SAR_AUTH_BLOCKED: 'ERR_TOKEN_NATIVE_FAILURE',
  SAR_CERTNOUSAGEERR: 'ERR_TOKEN_NATIVE_FAILURE',
  SAR_INVALIDCONTAINERERR: 'ERR_TOKEN_NATIVE_FAILURE',
  SAR_CONTAINER_NOT_EXISTS: 'ERR_TOKEN_KEY_NOT_FOUND',
  SAR_CONTAINER_EXISTS: 'ERR_TOKEN_NATIVE_FAILURE',
  SAR_CERTUSAGEERR: 'ERR_TOKEN_NATIVE_FAILURE',
  SAR_KEYNOUSAGEERR: 'ERR_TOKEN_NATIVE_FAILURE',
  SAR_FILEATTRIBUTEERR: 'ERR_TOKEN_NATIVE_FAILURE',
  SAR_DEVNOAUTH: 'ERR_TOKEN_NATIVE_FAILURE',
};

/** What is said when the call that failed knows more than the code does. */
export interface FailureContext {
  readonly algorithm?: string;
  readonly minPinLength?: number;
  readonly maxPinLength?: number;
}

/**
 * What a library said, in our words; its own ride along untranslated.
 * @param api    the function that was called, e.g. `SKF_ECCSignData`
 * @param value  the SAR_* that it returned
 */
export function codedFailure(api: string, value: number, context: FailureContext = {}): CodedError {
  const name = returnValueName(value);
  const code = codeOf(api, value, context);
  return new CodedError(code, paramsOf(code, api, name, context), { native: { api, name, value } });
}

const checksPin: ReadonlySet<string> = new Set(['SKF_VerifyPIN', 'SKF_ChangePIN', 'SKF_UnblockPIN']);

function codeOf(api: string, value: number, { algorithm }: FailureContext): ErrorCode {
  const name = returnValueNames.get(value);
  if (name === 'SAR_AUTH_BLOCKED' && checksPin.has(api)) return 'ERR_TOKEN_PIN_LOCKED';
  if (name === 'SAR_NOTSUPPORTYETERR' && algorithm !== undefined) return 'ERR_TOKEN_ALGORITHM_UNSUPPORTED';
  return name === undefined ? 'ERR_TOKEN_NATIVE_FAILURE' : codes[name];
}

function paramsOf(code: ErrorCode, api: string, name: string, context: FailureContext): ErrorParams {
  if (code === 'ERR_TOKEN_NATIVE_FAILURE') return { api, name };
  if (code === 'ERR_CALL_UNSUPPORTED') return { call: api };
  if (code === 'ERR_TOKEN_ALGORITHM_UNSUPPORTED') return { algorithm: context.algorithm ?? name };
  if (code === 'ERR_TOKEN_KEY_USAGE') return { required: 'digitalSignature' };
  if (code === 'ERR_TOKEN_PIN_INCORRECT') return { retriesLeft: null };
  if (code === 'ERR_TOKEN_PIN_LENGTH') return { min: context.minPinLength ?? null, max: context.maxPinLength ?? null };
  return {};
}
