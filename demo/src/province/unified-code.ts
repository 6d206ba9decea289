/** The 31 characters of GB 32100-2015 §5.1: digits and capitals without I, O, S, V, Z. */
const codeCharacters = '0123456789ABCDEFGHJKLMNPQRTUWXY';
/** The 36 characters of GB 11714-1997. */
const organizationCharacters = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ';
const organizationWeights = [3, 7, 9, 10, 5, 8, 4, 2];

/**
 * A unified social credit code 统一社会信用代码 with both of its check characters (GB 32100-2015 §5.1, GB 11714-1997).
 *
 * @param registration  8 characters: registering department, kind and six-digit division, e.g. `91520100` (an enterprise in 520100)
 * @param organization  8 characters that name the organization, e.g. `MA6DEM01`
 * @returns 18 characters
 */
export function unifiedSocialCreditCode(registration: string, organization: string): string {
  const body = `${registration}${organization}${organizationCheckCharacter(organization)}`;
  if (body.length !== 17) throw new RangeError('registration and organization take 8 characters each');
  let sum = 0;
  let weight = 1;
  for (const character of body) {
    const value = codeCharacters.indexOf(character);
    if (value < 0) throw new RangeError(`${character} does not occur in a unified social credit code`);
    sum += value * weight;
    weight = (weight * 3) % 31;
  }
  return body + codeCharacters.charAt((31 - (sum % 31)) % 31);
}

function organizationCheckCharacter(organization: string): string {
  const sum = organizationWeights.reduce(
    (total, weight, index) => total + weight * organizationCharacters.indexOf(organization.charAt(index)),
    0,
  );
  const check = 11 - (sum % 11);
  return check === 10 ? 'X' : check === 11 ? '0' : String(check);
}
