import type { SignatureAlgorithm } from '@onelock/core/crypto';
import type { TokenCapability } from './capability.ts';

/**
 * What any token can do, in one vocabulary. Families (soft, pkcs11, later skf, card, cloud) implement it inside a host
 * process; the agent sees the same interface through the host's IPC. Plain data only: every parameter and result can be
 * structured-cloned. Failures are CodedErrors of the areas `token` and `driver`.
 */
export interface TokenDriver {
  readonly info: DriverInfo;

  /** Devices that are present and usable now. */
  listDevices(): Promise<readonly TokenDevice[]>;

  /** Every identity on a device; needs no PIN. */
  listIdentities(deviceId: DeviceId): Promise<readonly TokenIdentity[]>;

  pinStatus(deviceId: DeviceId): Promise<PinStatus>;

  /**
   * Verifies the PIN, once and never again by itself, and opens a session that may use private keys.
   * `pin` is overwritten with zeros before the promise settles.
   * @throws ERR_TOKEN_PIN_INCORRECT { retriesLeft: number | null }, ERR_TOKEN_PIN_LOCKED, ERR_TOKEN_PIN_LENGTH,
   *   ERR_TOKEN_NOT_FOUND, ERR_TOKEN_REMOVED
   */
  openSession(deviceId: DeviceId, pin: Pin): Promise<SessionId>;

  /** Logs out of the token. Closing a session that is gone is not an error. */
  closeSession(session: SessionId): Promise<void>;

  /**
   * Signs with the signing key of an identity.
   * @returns DER for SM2 and ECDSA (SEQUENCE { r, s }), modulus-length bytes for RSA
   * @throws ERR_TOKEN_SESSION_CLOSED, ERR_TOKEN_KEY_NOT_FOUND, ERR_TOKEN_REMOVED, ERR_TOKEN_ALGORITHM_UNSUPPORTED
   */
  sign(session: SessionId, identityId: string, algorithm: SignatureAlgorithm, input: SignInput): Promise<Uint8Array>;

  /** Random bytes from the token's own generator. @throws ERR_CALL_UNSUPPORTED where it has none */
  random(deviceId: DeviceId, length: number): Promise<Uint8Array>;

  /** Calls back when {@link listDevices} would answer differently. Returns the way to stop. */
  onDevicesChanged(listener: () => void): () => void;

  close(): Promise<void>;
}

/** Stable while the device stays inserted; unique inside its driver. */
export type DeviceId = string & { readonly brand: 'DeviceId' };
export type SessionId = string & { readonly brand: 'SessionId' };

/** UTF-8 bytes of a PIN; the receiver overwrites them with zeros when done. */
export type Pin = Uint8Array & { readonly brand: 'Pin' };

/** `digest` is what the algorithm would have computed itself: SHA-x(M) for RSA and ECDSA, e = SM3(ZA ‖ M) for SM2. */
export type SignInput =
  | { readonly kind: 'message'; readonly bytes: Uint8Array }
  | { readonly kind: 'digest'; readonly bytes: Uint8Array };

export type DriverFamily = 'skf' | 'pkcs11' | 'card' | 'soft' | 'cloud';

export interface DriverInfo {
  /** Names the installed driver, e.g. `soft`, `softhsm2`. Lower-case, digits and dashes. */
  readonly id: string;
  readonly family: DriverFamily;
  readonly vendor: string;
  readonly version: string;
}

export interface TokenDevice {
  readonly id: DeviceId;
  readonly kind: 'key' | 'card' | 'phone' | 'cloud' | 'file';
  readonly vendor: string;
  readonly model: string;
  readonly serialNumber: string;
  readonly label: string;
  readonly firmwareVersion: string | null;
  readonly algorithms: readonly ('rsa' | 'sm2' | 'ec')[];
  /** Bytes free, or null when the token does not say. */
  readonly freeSpace: number | null;
  /** What this token can be asked to do; a call for anything else fails with ERR_CALL_UNSUPPORTED. */
  readonly capabilities: readonly TokenCapability[];
  /** Counts the stays of this device: it grows when the device leaves and comes back, even between two looks. */
  readonly insertion: number;
}

/** One identity: a signing certificate and, for dual certificates (双证书), its encryption twin. */
export interface TokenIdentity {
  /** Unique on its device (a container name, a CKA_ID in hex …). */
  readonly id: string;
  readonly label: string;
  readonly signingCertificate: Uint8Array | null;
  readonly encryptionCertificate: Uint8Array | null;
}

export interface PinStatus {
  /** Tries left. null when the token only says whether the count is low. */
  readonly retriesLeft: number | null;
  readonly retriesMax: number | null;
  readonly low: boolean;
  readonly locked: boolean;
  /** The factory PIN is still in use; null when the token cannot say. */
  readonly isDefault: boolean | null;
  readonly minLength: number;
  readonly maxLength: number;
}
