/** Whether two names are one to a reader: full-width and half-width signs, white space and case make no difference. */
export function sameWords(one: string, other: string): boolean {
  return comparable(one) === comparable(other);
}

const comparable = (text: string): string => text.normalize('NFKC').replaceAll(/\s+/g, '').toLowerCase();
