import type { ErrorParams } from '@onelock/core/errors';
import { describeError, type Locale, zhCN } from '@onelock/core/messages';

export type { Locale };

/** Anything with a code: a OneLockError, the reason of a verdict, a service's answer. */
export interface DescribedError {
  readonly code: string;
  readonly params?: ErrorParams | undefined;
}

const unknownCode = {
  'zh-CN': '发生了此版本不认识的错误（{code}），请更新后重试',
  en: 'An error happened that this version does not know ({code}): update and try again',
} as const satisfies Record<Locale, string>;

/** The sentence to show a person. A code of a newer agent or service is named as it is. */
export function describe({ code, params }: DescribedError, locale: Locale): string {
  if (!isKnown(code)) return unknownCode[locale].replace('{code}', code);
  return describeError(code, params ?? {}, locale);
}

function isKnown(code: string): code is keyof typeof zhCN {
  return Object.hasOwn(zhCN, code);
}
