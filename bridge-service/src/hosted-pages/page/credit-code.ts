/** The 31 signs of GB 32100-2015 §5.1. */
const signs = '0123456789ABCDEFGHJKLMNPQRTUWXY';

/** As it is written on a licence: capitals, without spaces. */
export const tidyCode = (typed: string): string => typed.replaceAll(/[\s-]/g, '').toUpperCase();

/** Whether the last sign checks the others (GB 32100-2015 §5.3). */
export function checkSignFits(code: string): boolean {
  let sum = 0;
  let weight = 1;
  for (const sign of code.slice(0, 17)) {
    const value = signs.indexOf(sign);
    if (value < 0) return false;
    sum += value * weight;
    weight = (weight * 3) % 31;
  }
  return code[17] === signs.charAt((31 - (sum % 31)) % 31);
}
