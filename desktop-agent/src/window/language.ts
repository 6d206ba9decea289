/** `auto` follows the browser of the window. */
export const windowLanguages = ['auto', 'zh-CN', 'en'] as const;
export type WindowLanguage = (typeof windowLanguages)[number];
