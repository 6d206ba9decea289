/** Weights 2^(17−i) mod 11 of the first 17 digits and the check characters, GB 11643-1999. */
const weights: readonly number[] = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2];
const checkCharacters = '10X98765432';

/** Whether a 公民身份号码 of 18 characters ends in its check character; null for the 15-digit form, which has none. */
export function residentIdCheckDigitValid(id: string): boolean | null {
  if (/^[0-9]{15}$/.test(id)) return null;
  if (!/^[0-9]{17}[0-9X]$/.test(id)) return false;
  const sum = weights.reduce((total, weight, index) => total + weight * Number(id.charAt(index)), 0);
  return id.charAt(17) === checkCharacters.charAt(sum % 11);
}
