import type { KeyEncryption, SignatureAlgorithm } from '@onelock/core/crypto';
import type { TokenCapability, TokenLack } from './capability.ts';
import type { DecryptionKey, SealedContent } from './decryption.ts';
import type {
  EnvelopedKeyPair,
  GeneratedKey,
  KeySpec,
  PinRole,
  TokenFile,
  TokenMechanism,
  UnblockRequest,
} from './key-management.ts';
import type { SealPlace } from './seal-place.ts';

/**
 * What any token can do, in one vocabulary. Families (soft, pkcs11, later skf, card, cloud) implement it inside a host
 * process; the agent sees the same interface through the host's IPC. Plain data only: every parameter and result can be
 * structured-cloned. Failures are CodedErrors of the areas `token` and `driver`. What a token does not do its capabilities
 * deny, with the reason in `lacks`; asked all the same, it throws ERR_CALL_UNSUPPORTED { call } and never pretends. A family
 * that lacks methods altogether extends {@link UnsupportedMethods}.
 */
export interface TokenDriver {
  readonly info: DriverInfo;

  /** Devices that are present and usable now. */
  listDevices(): Promise<readonly TokenDevice[]>;

  /** Every identity on a device; needs no PIN. */
  listIdentities(deviceId: DeviceId): Promise<readonly TokenIdentity[]>;

  /** @param role  the user's PIN when absent; the administrator's only where the token can `unblock-pin` */
  pinStatus(deviceId: DeviceId, role?: PinRole): Promise<PinStatus>;

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

  /**
   * Opens a content key or short data.
   *
   * @param ciphertext  DER of SM2Cipher (GB/T 35276 §7.2) for SM2, whatever the token takes; modulus-length bytes for RSA
   * @returns the plain bytes. A driver that learns of wrong RSA padding answers as for any wrong ciphertext, after as much
   *   work
   * @throws ERR_ENVELOPE_CONTENT_INVALID whatever is wrong with the ciphertext; ERR_TOKEN_SESSION_CLOSED,
   *   ERR_TOKEN_KEY_NOT_FOUND, ERR_TOKEN_KEY_USAGE { required: 'decrypt' }, ERR_TOKEN_REMOVED, ERR_TOKEN_ALGORITHM_UNSUPPORTED
   */
  decrypt(session: SessionId, key: DecryptionKey, scheme: KeyEncryption, ciphertext: Uint8Array): Promise<Uint8Array>;

  /**
   * Opens a part of a content whose key never leaves the token; for tokens that cannot {@link decrypt}.
   * @throws as {@link decrypt}
   */
  decryptContent(
    session: SessionId,
    key: DecryptionKey,
    scheme: KeyEncryption,
    content: SealedContent,
  ): Promise<Uint8Array>;

  /**
   * Verifies the old PIN, once, and sets the new one. Sessions that are open stay or end as the token has it. Both PINs are
   * overwritten with zeros before the promise settles.
   * @throws as {@link openSession}; ERR_TOKEN_PIN_LENGTH for either
   */
  changePin(deviceId: DeviceId, oldPin: Pin, newPin: Pin): Promise<void>;

  /**
   * Verifies the administrator's PIN, once, sets a new user PIN and gives all tries back. Both are overwritten with zeros.
   * @throws as {@link openSession}, ERR_TOKEN_PIN_INCORRECT and ERR_TOKEN_PIN_LOCKED being of the administrator's PIN
   */
  unblockPin(deviceId: DeviceId, adminPin: Pin, newPin: Pin): Promise<void>;

  /** The CA's way to unblock, first step. A new request takes the place of an earlier one. */
  requestUnblock(deviceId: DeviceId): Promise<UnblockRequest>;

  /**
   * The CA's way to unblock, second step; `newPin` is overwritten with zeros.
   * @throws ERR_TOKEN_UNBLOCK_REFUSED when the response is not the answer to the open request; ERR_TOKEN_PIN_LENGTH
   */
  finishUnblock(deviceId: DeviceId, response: Uint8Array, newPin: Pin): Promise<void>;

  /**
   * Makes a signing key pair on the token, in a container of its own. {@link sign} works with it at once.
   * @param label  for people; where the token names containers itself it is not used
   * @throws ERR_TOKEN_ALGORITHM_UNSUPPORTED { algorithm }, ERR_TOKEN_FULL, ERR_TOKEN_SESSION_CLOSED, ERR_TOKEN_REMOVED
   */
  generateKeyPair(session: SessionId, keySpec: KeySpec, label: string): Promise<GeneratedKey>;

  /**
   * Writes a certificate beside its key, in place of the one of the same use. Where a renewed encryption key was imported
   * before, the certificate of the key before stays readable: see `earlierEncryption`.
   * @throws ERR_TOKEN_CERTIFICATE_MISMATCH when its key is not the token's (then nothing changes), ERR_TOKEN_FULL
   */
  importCertificate(
    session: SessionId,
    identityId: string,
    use: 'signing' | 'encryption',
    certificate: Uint8Array,
  ): Promise<void>;

  /**
   * Takes an encryption key pair, and its certificate if it comes along. The encryption key before stays usable, for old
   * envelopes.
   * @throws ERR_TOKEN_CERTIFICATE_MISMATCH when certificate and key pair differ, ERR_ENVELOPE_CONTENT_INVALID when the pair
   *   is not for this identity's signing key; then nothing changes. ERR_TOKEN_FULL
   */
  importEncryptionKeyPair(
    session: SessionId,
    identityId: string,
    pair: EnvelopedKeyPair,
    certificate: Uint8Array | null,
  ): Promise<void>;

  listFiles(deviceId: DeviceId): Promise<readonly TokenFile[]>;

  /** @param session  null for files that need no PIN. @throws ERR_TOKEN_FILE_NOT_FOUND, ERR_TOKEN_SESSION_CLOSED */
  readFile(deviceId: DeviceId, name: string, session: SessionId | null): Promise<Uint8Array>;

  /** What the token says of its algorithms; an empty list when it says nothing. For reports, not for decisions. */
  listMechanisms(deviceId: DeviceId): Promise<readonly TokenMechanism[]>;

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
  readonly algorithms: readonly ('rsa' | 'sm2' | 'ec' | 'ed25519')[];
  /** Bytes free, or null when the token does not say. */
  readonly freeSpace: number | null;
  /** What this token can be asked to do; a call for anything else fails with ERR_CALL_UNSUPPORTED. */
  readonly capabilities: readonly TokenCapability[];
  /** Why not the others; see {@link completeLacks}. */
  readonly lacks?: readonly TokenLack[] | undefined;
  /** Key pairs that it makes; nothing when absent. */
  readonly keySpecs?: readonly KeySpec[] | undefined;
  /** Where its seal is, as the driver's manifest declares; absent where nobody says. Those on it are among its files. */
  readonly sealPlace?: SealPlace['place'] | undefined;
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
  /** Certificates of encryption keys that were renewed and still open old envelopes, newest first. */
  readonly earlierEncryption?: readonly Uint8Array[] | undefined;
  /** SubjectPublicKeyInfo, DER, of keys that have no certificate yet; absent where there is none or the token hides it. */
  readonly uncertifiedSigningKey?: Uint8Array | undefined;
  readonly uncertifiedEncryptionKey?: Uint8Array | undefined;
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
  /**
   * The PIN is typed on the device's own keys (a PIN pad): every PIN parameter is then empty, nobody is asked for one here, and
   * the call waits while the person types.
   */
  readonly typedOnDevice?: boolean | undefined;
}
