import type { ErrorParams } from '../errors/coded-error.ts';
import type { ErrorCode } from '../errors/registry.ts';
import { en } from './en/index.ts';
import type { Locale } from './locale.ts';
import { zhCN } from './zh-CN/index.ts';

const words = { 'zh-CN': zhCN, en } as const;

/** The sentence for a code, with `{name}` replaced by that parameter; an absent one shows as an em dash. */
export function describeError(code: ErrorCode, params: ErrorParams, locale: Locale): string {
  return words[locale][code].replace(/\{(\w+)\}/g, (_, name: string) => String(params[name] ?? '—'));
}
