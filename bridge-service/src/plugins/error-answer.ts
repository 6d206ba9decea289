import { type CodedError, type ErrorCode, type ErrorParams, errorRegistry, type WhoCanAct } from '@onelock/core/errors';
import { describeError, type Locale } from '@onelock/core/messages';

/** What every answer that is an error looks like. */
export interface ErrorAnswer {
  readonly error: {
    readonly code: ErrorCode;
    readonly params: ErrorParams;
    readonly message: string;
    readonly whoCanAct: WhoCanAct;
    readonly retriable: boolean;
    readonly requestId: string;
  };
}

export function errorAnswer(
  { code, params }: Pick<CodedError, 'code' | 'params'>,
  locale: Locale,
  requestId: string,
): ErrorAnswer {
  const { whoCanAct, retriable } = errorRegistry[code];
  return { error: { code, params, message: describeError(code, params, locale), whoCanAct, retriable, requestId } };
}
