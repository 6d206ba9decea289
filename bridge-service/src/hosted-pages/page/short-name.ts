/** The name that people use of a distinguished name: its CN, else its O, else all of it. */
export const shortName = (name: string): string =>
  /(?:^|,)\s*CN=([^,]+)/.exec(name)?.[1] ?? /(?:^|,)\s*O=([^,]+)/.exec(name)?.[1] ?? name;
