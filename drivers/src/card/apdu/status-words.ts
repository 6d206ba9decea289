import { CodedError, type CodedErrorOptions, type ErrorCode, type ErrorParams } from '@onelock/core/errors';

/** SW1 and SW2 as one number; 0x9000 is success (ISO/IEC 7816-4 §5.6). */
export type StatusWord = number;

export const SW_OK: StatusWord = 0x9000;

/** Status words that mean the same on every card that says them. What is not here is the card's own trouble. */
const isoCodes: Readonly<Record<StatusWord, ErrorCode>> = {
  25985: 'ERR_TOKEN_NATIVE_FAILURE',
  27010: 'ERR_TOKEN_SESSION_CLOSED',
  27011: 'ERR_TOKEN_PIN_LOCKED',
  27265: 'ERR_CALL_UNSUPPORTED',
  27266: 'ERR_TOKEN_KEY_NOT_FOUND',
  27267: 'ERR_TOKEN_KEY_NOT_FOUND',
  27268: 'ERR_TOKEN_FULL',
  27272: 'ERR_TOKEN_KEY_NOT_FOUND',
  27904: 'ERR_CALL_UNSUPPORTED',
  28160: 'ERR_CALL_UNSUPPORTED',
};

/** What a card application says otherwise than ISO/IEC 7816-4. */
export type StatusWordMap = Readonly<Record<StatusWord, ErrorCode>>;

export interface CardFailureContext {
  readonly algorithm?: string;
  readonly codes?: StatusWordMap;
}

/** Tries left in 63Cx, or null for any other status word. */
export function retriesIn(sw: StatusWord): number | null {
  return (sw & 0xfff0) === 0x63c0 ? sw & 0x0f : null;
}

/**
 * What a card said, in our words; its own ride along untranslated.
 * @param api  the command, e.g. `PIV VERIFY`
 */
export function cardFailure(api: string, sw: StatusWord, context: CardFailureContext = {}): CodedError {
  const native = nativeOf(api, sw);
  const retriesLeft = retriesIn(sw);
  if (retriesLeft === 0) return new CodedError('ERR_TOKEN_PIN_LOCKED', {}, { native });
  if (retriesLeft !== null) return new CodedError('ERR_TOKEN_PIN_INCORRECT', { retriesLeft }, { native });
  const mapped = context.codes?.[sw] ?? isoCodes[sw] ?? 'ERR_TOKEN_NATIVE_FAILURE';
  const code =
    mapped === 'ERR_CALL_UNSUPPORTED' && context.algorithm !== undefined ? 'ERR_TOKEN_ALGORITHM_UNSUPPORTED' : mapped;
  return new CodedError(code, paramsOf(code, api, native.name, context), { native });
}

/** A card that breaks the rules of the protocol itself: its answers are worth nothing. */
export function brokenCard(api: string, name: string, options: CodedErrorOptions = {}): CodedError {
  return new CodedError(
    'ERR_TOKEN_DATA_CORRUPT',
    {},
    { native: { api, name: name.slice(0, 64), value: 0 }, ...options },
  );
}

function nativeOf(
  api: string,
  sw: StatusWord,
): { readonly api: string; readonly name: string; readonly value: number } {
  return { api: api.slice(0, 64), name: `SW ${sw.toString(16).padStart(4, '0').toUpperCase()}`, value: sw };
}

function paramsOf(code: ErrorCode, api: string, name: string, { algorithm }: CardFailureContext): ErrorParams {
  if (code === 'ERR_TOKEN_NATIVE_FAILURE') return { api, name };
  if (code === 'ERR_CALL_UNSUPPORTED') return { call: api };
  if (code === 'ERR_TOKEN_ALGORITHM_UNSUPPORTED') return { algorithm: algorithm ?? name };
  if (code === 'ERR_TOKEN_PIN_INCORRECT') return { retriesLeft: null };
  if (code === 'ERR_TOKEN_PIN_LENGTH') return { min: null, max: null };
  return {};
}
