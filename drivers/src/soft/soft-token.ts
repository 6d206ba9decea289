/** What becomes one token file. Keys are PKCS#8 DER, certificates DER; a pair must belong together. */
export interface SoftTokenContents {
  /** Path of the new file; its name must end in `.softtoken` to be seen by the driver. Must not exist yet. */
  readonly file: string;
  readonly label: string;
  readonly serialNumber: string;
  /** 6 to 32 bytes of UTF-8; text is accepted for recipes and demonstrations. */
  readonly pin: Uint8Array | string;
  /** Wrong PINs until the lock. Default 6. */
  readonly pinRetries?: number;
  /** The PIN is a factory PIN that its holder should change. Default false. */
  readonly defaultPin?: boolean;
  /** A PIN that unblocks the user's; 6 to 32 bytes. Default: none. */
  readonly administratorPin?: Uint8Array | string;
  /** 32 bytes by which a CA unblocks the token from afar. Default: none. */
  readonly recoveryKey?: Uint8Array;
  readonly identities: readonly SoftIdentityContents[];
  readonly files?: readonly SoftFileContents[];
  /** For tests only: every use of a key takes this long, so that something can happen in the middle of it. */
  readonly testSignDelayMs?: number;
}

export interface SoftIdentityContents {
  readonly id: string;
  readonly label: string;
  readonly signing: SoftKeyContents;
  readonly encryption?: SoftKeyContents;
}

/** A file on the token, such as a seal. */
export interface SoftFileContents {
  readonly name: string;
  /** At most 384 KiB. */
  readonly content: Uint8Array;
  /** Encrypted, and read in a session only. Default false. */
  readonly needsPin?: boolean;
}

export interface SoftKeyContents {
  readonly pkcs8: Uint8Array;
  readonly certificate: Uint8Array;
}
