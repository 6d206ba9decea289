/** What a token can do beyond being present, in words that the agent turns into the contract's capabilities. */
export const tokenCapabilities = [
  /** Signs whole messages; the driver or the token computes the digest. */
  'sign-message',
  /** Signs a digest computed elsewhere with at least one of its keys. */
  'sign-digest',
  /** Has a random generator. */
  'random',
  /** Counts wrong PINs and says how many tries are left. */
  'pin-retries',
] as const;

export type TokenCapability = (typeof tokenCapabilities)[number];
