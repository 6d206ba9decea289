import { language } from './language.ts';

export type Params = Readonly<Record<string, string | number>>;

/**
 * The words of one room in both languages: a function that says one of them, with `{name}` replaced by that parameter. What uses it in a
 * template changes with the language. A key that a newer service sends to a page that was opened before it is said as it is written.
 */
export function wordsOf<const Zh extends Readonly<Record<string, string>>>(
  zh: Zh,
  en: { readonly [Key in keyof Zh]: string },
): (key: keyof Zh & string, params?: Params) => string {
  return (key, params = {}) =>
    ((language.value === 'en' ? en : zh)[key] ?? key).replace(/\{(\w+)\}/g, (_, name: string) =>
      String(params[name] ?? '—'),
    );
}
