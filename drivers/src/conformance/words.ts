/** A sentence in both languages of a report. */
export interface TwoWords {
  readonly 'zh-CN': string;
  readonly en: string;
}

export const says = (zh: string, en: string): TwoWords => ({ 'zh-CN': zh, en });

/** Fills `{name}` in both. */
export function fill(words: TwoWords, params: Readonly<Record<string, string | number>>): TwoWords {
  const put = (text: string): string => text.replace(/\{(\w+)\}/g, (_, name: string) => String(params[name] ?? ''));
  return { 'zh-CN': put(words['zh-CN']), en: put(words.en) };
}
