import type { DriverConfig } from '../port/index.ts';

/** What becomes one PKCS#11 token. Runs in a child process of its own, as the host's user when root. */
export interface Pkcs11TokenContents {
  readonly library: string;
  readonly environment?: Readonly<Record<string, string>>;
  /** As in the driver's configuration. */
  readonly stateFolder?: string;
  readonly user?: DriverConfig['user'];
  /** Up to 32 bytes of UTF-8. A free slot is initialised with it. */
  readonly label: string;
  readonly userPin: string;
  readonly soPin: string;
  readonly identities: readonly Pkcs11IdentityContents[];
}

export interface Pkcs11IdentityContents {
  /** CKA_ID in hex. */
  readonly id: string;
  readonly label: string;
  /** RSA or P-256, PKCS#8 DER; stays extractable nowhere once on the token. */
  readonly pkcs8: Uint8Array;
  readonly certificate: Uint8Array;
}

/** The token as made: what {@link TokenDriver.listDevices} will say of it. */
export interface ProvisionedPkcs11Token {
  readonly serialNumber: string;
  readonly label: string;
}

/** A private SoftHSM2 store: its own configuration file and token folder. */
export interface SoftHsmStore {
  readonly library: string;
  readonly environment: Readonly<Record<string, string>>;
  readonly stateFolder: string;
}
