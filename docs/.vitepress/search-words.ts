/**
 * Words for the search index: runs of Latin letters and digits as they are, Chinese character by character, since a
 * sentence has no spaces. Written without outside references: the site carries its text into the browser.
 */
export function searchWords(text: string): string[] {
  return text.toLowerCase().match(/\p{Script=Han}|[\p{L}\p{N}_]+?(?=\p{Script=Han}|[^\p{L}\p{N}_]|$)/gu) ?? [];
}
