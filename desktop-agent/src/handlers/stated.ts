import type { Stated } from '../consent/question.ts';
import { plainLine } from '../shapes/plain-line.ts';

/** What a page claims an act to be, with line breaks and text direction tricks taken out. */
export function stated(display: { readonly title: string; readonly summary?: string } | undefined): Stated | null {
  if (display === undefined) return null;
  return {
    title: plainLine(display.title),
    summary: display.summary === undefined ? null : plainLine(display.summary),
  };
}
