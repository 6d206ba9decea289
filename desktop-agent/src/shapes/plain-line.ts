/** Text of others as one plain line: no line breaks, no marks that change the direction of what follows, nothing invisible. */
export function plainLine(text: string): string {
  return text
    .replaceAll(/[\p{Cf}\p{Co}\p{Cs}]/gu, '')
    .replaceAll(/[\p{Cc}\p{Zl}\p{Zp}\s]+/gu, ' ')
    .trim();
}
