import type { DescribedError } from '@onelock/sdk/messages';
import { describe } from '@onelock/sdk/messages';
import { ref, watchEffect } from 'vue';
import { en } from '../words/en.ts';
import { type WordKey, zhCN } from '../words/zh-CN.ts';
import { shortName } from './names.ts';

export type Language = 'zh-CN' | 'en';

const words = { 'zh-CN': zhCN, en } as const;

/** Chinese first; whoever's browser asks for something else gets English. */
export const language = ref<Language>(navigator.language.startsWith('zh') ? 'zh-CN' : 'en');

watchEffect(() => {
  document.documentElement.lang = language.value;
  document.title = say('site.name');
});

export function switchLanguage(): void {
  language.value = language.value === 'zh-CN' ? 'en' : 'zh-CN';
}

export function say(key: WordKey, params: Readonly<Record<string, string | number>> = {}): string {
  return words[language.value][key].replace(/\{(\w+)\}/g, (_, name: string) => String(params[name] ?? '—'));
}

/** The sentence for a code, in the language of the page. Distinguished names are cut to the name that people use. */
export function sayCode({ code, params }: DescribedError): string {
  const told = Object.entries(params ?? {}).map(([name, value]) => [
    name,
    typeof value === 'string' && /(^|,)CN=/.test(value) ? shortName(value) : value,
  ]);
  return describe({ code, params: Object.fromEntries(told) }, language.value);
}

export function sayDate(instant: string): string {
  return new Intl.DateTimeFormat(language.value, { dateStyle: 'long', timeZone: 'Asia/Shanghai' }).format(
    new Date(instant),
  );
}

export function sayMoment(instant: string): string {
  const text = new Intl.DateTimeFormat(language.value, {
    ...{ dateStyle: 'medium', timeStyle: 'medium', timeZone: 'Asia/Shanghai' },
  }).format(new Date(instant));
  return language.value === 'en' ? `${text} CST` : `${text}（北京时间）`;
}

export function saySize(bytes: number): string {
  const format = new Intl.NumberFormat(language.value, { maximumFractionDigits: 1 });
  return bytes < 1024 ? `${format.format(bytes)} B` : `${format.format(bytes / 1024)} KB`;
}
