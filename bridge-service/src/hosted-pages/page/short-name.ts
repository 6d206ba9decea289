import type { Coded } from './refusal.ts';

/** The name that people use of a distinguished name: its CN, else its O, else all of it. */
export const shortName = (name: string): string =>
  /(?:^|,)\s*CN=([^,]+)/.exec(name)?.[1] ?? /(?:^|,)\s*O=([^,]+)/.exec(name)?.[1] ?? name;

/** A coded error as it is told to people: whom it is about by name. */
export function withShortNames<Told extends Pick<Coded, 'code' | 'params'>>(coded: Told): Told {
  const short = (value: Coded['params'][string]): Coded['params'][string] =>
    typeof value === 'string' && /^(?:CN|O|OU|C|ST|L|SERIALNUMBER)=[^,]+,/i.test(value) ? shortName(value) : value;
  const params = Object.fromEntries(Object.entries(coded.params).map(([name, value]) => [name, short(value)]));
  return { ...coded, params };
}
