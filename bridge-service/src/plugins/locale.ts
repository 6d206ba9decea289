import type { Locale } from '@onelock/core/messages';

/** Chinese unless the client prefers English: RFC 9110 §12.5.4, reduced to the two languages there are. */
export function negotiateLocale(acceptLanguage: string | undefined): Locale {
  if (acceptLanguage === undefined) return 'zh-CN';
  const ranked = acceptLanguage
    .slice(0, 512)
    .split(',')
    .map((range) => {
      const [tag = '', ...parameters] = range
        .trim()
        .toLowerCase()
        .split(/\s*;\s*/);
      const quality = parameters.find((parameter) => parameter.startsWith('q='));
      return { tag, quality: quality === undefined ? 1 : Number(quality.slice(2)) || 0 };
    })
    .filter(({ quality }) => quality > 0)
    .sort((a, b) => b.quality - a.quality);
  for (const { tag } of ranked) {
    if (tag === 'zh' || tag.startsWith('zh-') || tag === '*') return 'zh-CN';
    if (tag === 'en' || tag.startsWith('en-')) return 'en';
  }
  return 'zh-CN';
}

/** A question in the language that it names, else the one that the client prefers. */
export function inLanguageOf<Body extends { readonly language?: Locale | undefined }>({
  body,
  headers,
}: {
  readonly body: Body;
  readonly headers: { readonly 'accept-language'?: string | undefined };
}): Body & { readonly language: Locale } {
  return { ...body, language: body.language ?? negotiateLocale(headers['accept-language']) };
}
