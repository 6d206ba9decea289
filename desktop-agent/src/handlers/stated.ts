import type { Stated } from '../consent/question.ts';

/** What a page claims an act to be, with line breaks and text direction tricks taken out. */
export function stated(display: { readonly title: string; readonly summary?: string } | undefined): Stated | null {
  if (display === undefined) return null;
  return { title: plain(display.title), summary: display.summary === undefined ? null : plain(display.summary) };
}

function plain(text: string): string {
  return text
    .replaceAll(/[\p{Cf}\p{Co}\p{Cs}]/gu, '')
    .replaceAll(/[\p{Cc}\p{Zl}\p{Zp}\s]+/gu, ' ')
    .trim();
}
