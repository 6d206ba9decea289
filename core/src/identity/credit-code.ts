/** Digits and letters of GB 32100-2015 §4 (no I, O, S, V, Z); a character's place is its value. */
const alphabet = '0123456789ABCDEFGHJKLMNPQRTUWXY';

/** Weights 3^i mod 31 of the first 17 characters, GB 32100-2015 §5. */
const weights: readonly number[] = [1, 3, 9, 27, 19, 26, 16, 17, 20, 29, 25, 13, 8, 24, 10, 30, 28];

const shape = /^[0-9A-HJ-NPQRTUWXY]{2}[0-9]{6}[0-9A-HJ-NPQRTUWXY]{10}$/;

/**
 * A 统一社会信用代码 in its normal form: 18 characters, upper case, without the spaces and hyphens people write into it, the invisible characters that
 * copying leaves, and the full-width forms of Chinese input methods. No other letter is taken for one of its own.
 * undefined when the text has not that shape; the check character is another question.
 */
export function normaliseCreditCode(text: string): string | undefined {
  const code = text
    .replaceAll(/[\uff01-\uff5e]/g, (sign) => String.fromCharCode(sign.charCodeAt(0) - fullWidthOffset))
    .replaceAll(/[\s\u200b-\u200f\u2060-]/g, '')
    .replaceAll(/[a-z]/g, (letter) => letter.toUpperCase());
  return shape.test(code) ? code : undefined;
}

/** From U+0021–U+007E to their full-width forms. */
const fullWidthOffset = 0xfee0;

/** Whether the last character is the check character of the first 17 (GB 32100-2015 §5). @param code normal form */
export function creditCodeCheckDigitValid(code: string): boolean {
  let sum = 0;
  for (const [index, weight] of weights.entries()) {
    const value = alphabet.indexOf(code.charAt(index));
    if (value < 0) return false;
    sum += value * weight;
  }
  return code.length === 18 && code.charAt(17) === alphabet.charAt((31 - (sum % 31)) % 31);
}
