import { type ErrorCode, errorRegistry, type WhoCanAct } from '@onelock/core/errors';
import { describeError } from '@onelock/core/messages';
import { fieldText } from './fields.ts';
import { language } from './language.ts';

export type CodeParams = Readonly<Record<string, string | number | boolean | null>>;

const isKnown = (code: string): code is ErrorCode => Object.hasOwn(errorRegistry, code);

/** The sentence for a code, in the language of the page; a code that this build does not know is shown as it is. */
export function codeText(code: string, params: CodeParams = {}): string {
  if (!isKnown(code)) return code;
  const told = {
    ...params,
    ...(typeof params.field === 'string' && { field: fieldText(params.field) }),
    ...(params.name === 'driver catalogue' && { name: fieldText('driver catalogue') }),
  };
  return describeError(code, told, language.value);
}

export function whoCanAct(code: string): WhoCanAct | null {
  return isKnown(code) ? errorRegistry[code].whoCanAct : null;
}
