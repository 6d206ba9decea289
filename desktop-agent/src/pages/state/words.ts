import { computed, ref } from 'vue';
import type { WindowLanguage } from '../../window/language.ts';
import en from '../../window/locale/en.json';
import zhCN from '../../window/locale/zh-CN.json';

export type Locale = Exclude<WindowLanguage, 'auto'>;
export type WordKey = keyof typeof zhCN;

const words: Readonly<Record<Locale, Readonly<Record<WordKey, string>>>> = { 'zh-CN': zhCN, en };

/** The person's own choice on this page, which beats the agent's setting, which beats the browser's. */
const chosen = ref<Locale | null>(null);
const configured = ref<WindowLanguage>('auto');

export const locale = computed<Locale>(() => {
  if (chosen.value !== null) return chosen.value;
  if (configured.value !== 'auto') return configured.value;
  return navigator.language.toLowerCase().startsWith('en') ? 'en' : 'zh-CN';
});

export function configureLanguage(language: WindowLanguage): void {
  configured.value = language;
}

export function toggleLanguage(): void {
  chosen.value = locale.value === 'en' ? 'zh-CN' : 'en';
}

/** The sentence for a key, with `{name}` replaced. */
export function say(key: WordKey, params: Readonly<Record<string, string | number>> = {}): string {
  return words[locale.value][key].replace(/\{(\w+)\}/g, (_, name: string) => String(params[name] ?? ''));
}

export function hasWord(key: string): key is WordKey {
  return Object.hasOwn(zhCN, key);
}

/** A date as this language writes it; certificates are valid until a moment, people want the day. */
export function sayDate(instant: string): string {
  return new Intl.DateTimeFormat(locale.value, {
    year: 'numeric',
    month: 'long',
    day: 'numeric',
    timeZone: 'Asia/Shanghai',
  }).format(new Date(instant));
}

export function sayNumber(value: number): string {
  return new Intl.NumberFormat(locale.value).format(value);
}
