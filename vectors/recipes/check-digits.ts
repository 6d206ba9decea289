/** GB 32100-2015 §5.2: the 31 characters, in the order of their values. */
const creditCodeAlphabet = '0123456789ABCDEFGHJKLMNPQRTUWXY';

/** Appends the check character of GB 32100-2015 to the first 17 characters of a 统一社会信用代码. */
export function withCreditCodeCheck(first17: string): string {
  let weight = 1;
  let sum = 0;
  for (const character of first17) {
    const value = creditCodeAlphabet.indexOf(character);
    if (value < 0) throw new Error(`${character} is not a character of GB 32100`);
    sum += value * weight;
    weight = (weight * 3) % 31;
  }
  return first17 + creditCodeAlphabet.charAt((31 - (sum % 31)) % 31);
}

/** Appends the check digit of GB 11714-1997 to the first 8 characters of an organisation code. */
export function withOrganizationCodeCheck(first8: string): string {
  const weights = [3, 7, 9, 10, 5, 8, 4, 2];
  const sum = [...first8].reduce((total, character, index) => {
    return total + Number.parseInt(character, 36) * (weights[index] ?? 0);
  }, 0);
  const check = 11 - (sum % 11);
  return first8 + (check === 10 ? 'X' : check === 11 ? '0' : String(check));
}

/** Appends the check character of GB 11643-1999 to the first 17 digits of an identity number. */
export function withIdentityNumberCheck(first17: string): string {
  const sum = [...first17].reduce((total, digit, index) => total + Number(digit) * (2 ** (17 - index) % 11), 0);
  return first17 + '10X98765432'.charAt(sum % 11);
}
