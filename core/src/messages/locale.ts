export const locales = ['zh-CN', 'en'] as const;
export type Locale = (typeof locales)[number];

/**
 * The language for a tag or a terminal's setting: `en…` and the plain C and POSIX settings (which may not show Chinese) give
 * English, everything else, and nothing at all, Chinese.
 *
 * @param tag  e.g. `zh-CN`, `en_US.UTF-8`, `C.UTF-8`
 */
export function localeOf(tag: string | undefined): Locale {
  return /^(en|c$|c\.|posix)/i.test(tag ?? '') ? 'en' : 'zh-CN';
}
