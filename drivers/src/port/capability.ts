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
  /** Opens a content key or short data and gives it out. */
  'decrypt',
  /** Opens content with a content key that stays inside (SKF session keys, C_UnwrapKey). */
  'decrypt-content',
  'change-pin',
  /** Sets a new user PIN with the administrator's. */
  'unblock-pin',
  /** Makes a request for the CA and takes its response. */
  'unblock-pin-remote',
  /** Makes key pairs that never leave, and signs the request for their certificate. */
  'generate-key',
  'import-certificate',
  /** Takes an encryption key pair that a CA made, encrypted to the token's signing key. */
  'import-encryption-key',
  /** Holds files, such as seals. */
  'read-files',
] as const;

export type TokenCapability = (typeof tokenCapabilities)[number];

/** Why a token does not do something that others do. */
export const lackReasons = [
  /** The interface of this family has no such function. */
  'family',
  /** The vendor's library leaves the function out, or refuses it whatever it is asked. */
  'library',
  /** This token cannot: its firmware, or the keys that it holds. */
  'token',
  /** The driver's manifest switches it off. */
  'manifest',
  /** We do not do it for this family yet. */
  'not-built',
] as const;

export interface TokenLack {
  readonly capability: TokenCapability;
  readonly reason: (typeof lackReasons)[number];
  /** For people who know the interface, e.g. `SKF_GenECCKeyPair is not exported`; may be empty. */
  readonly detail: string;
}

/** What is not among the capabilities, with one reason for all that `lacks` does not explain. */
export function completeLacks(
  capabilities: readonly TokenCapability[],
  lacks: readonly TokenLack[],
  otherwise: TokenLack['reason'],
): readonly TokenLack[] {
  return tokenCapabilities
    .filter((capability) => !capabilities.includes(capability))
    .map(
      (capability) =>
        lacks.find((lack) => lack.capability === capability) ?? { capability, reason: otherwise, detail: '' },
    );
}
