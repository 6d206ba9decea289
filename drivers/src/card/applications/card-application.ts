import type { CryptoOps, KeyEncryption, SignatureAlgorithm } from '@onelock/core/crypto';
import type {
  DecryptionKey,
  EnvelopedKeyPair,
  GeneratedKey,
  KeySpec,
  Pin,
  PinRole,
  PinStatus,
  SealedContent,
  SignInput,
  TokenCapability,
  TokenDevice,
  TokenFile,
  TokenIdentity,
  TokenLack,
} from '../../port/index.ts';
import type { ApduChannel, ApduStyle } from '../apdu/index.ts';

/** A kind of application that a card may hold, as one driver's configuration describes it. */
export interface CardApplicationKind {
  readonly style: Omit<ApduStyle, 'protocol'>;
  /**
   * Looks whether the card has the application. Says nothing that a card of another kind could take for a PIN.
   * @returns null when it has not
   */
  find(channel: ApduChannel): Promise<CardApplication | null>;
}

/** What the driver tells of one application on one card. */
export type CardDescription = Pick<
  TokenDevice,
  'vendor' | 'model' | 'serialNumber' | 'label' | 'firmwareVersion' | 'algorithms' | 'freeSpace'
> & {
  readonly capabilities: readonly TokenCapability[];
  readonly lacks: readonly TokenLack[];
  readonly keySpecs: readonly KeySpec[];
};

/** What an act with a private key needs: the way to the card, and who may. */
export interface UnlockedCard {
  readonly channel: ApduChannel;
  readonly ops: CryptoOps;
  /** The session's PIN, for keys that want it each time; null unless {@link CardApplication.keepsPin}. */
  readonly pin: Uint8Array | null;
}

/**
 * One application on one card during one stay. Every method is called within an exclusive act, after {@link select}; what it
 * remembers must be worth remembering whatever other programs do between two acts.
 */
export interface CardApplication {
  /** Makes the card listen to this application, which another program may have left. */
  select(channel: ApduChannel): Promise<void>;
  describe(channel: ApduChannel): Promise<CardDescription>;
  /** Whether a session keeps its PIN: some key wants it before each use. */
  readonly keepsPin: boolean;

  identities(channel: ApduChannel): Promise<readonly TokenIdentity[]>;
  /** What other programs wrote is read anew. */
  forget(): void;

  readonly pinLength: { readonly min: number; readonly max: number };
  pinStatus(channel: ApduChannel, role: PinRole): Promise<PinStatus>;
  /** Exactly one try. @throws {CodedError} ERR_TOKEN_PIN_INCORRECT, ERR_TOKEN_PIN_LOCKED, ERR_TOKEN_PIN_LENGTH */
  verifyPin(channel: ApduChannel, pin: Pin): Promise<void>;
  /** @returns false when the card cannot be told to forget the PIN but by a reset */
  logOut(channel: ApduChannel): Promise<boolean>;
  changePin(channel: ApduChannel, oldPin: Pin, newPin: Pin): Promise<void>;
  unblockPin(channel: ApduChannel, adminPin: Pin, newPin: Pin): Promise<void>;

  sign(card: UnlockedCard, identityId: string, algorithm: SignatureAlgorithm, input: SignInput): Promise<Uint8Array>;
  decrypt(card: UnlockedCard, key: DecryptionKey, scheme: KeyEncryption, ciphertext: Uint8Array): Promise<Uint8Array>;
  decryptContent(
    card: UnlockedCard,
    key: DecryptionKey,
    scheme: KeyEncryption,
    content: SealedContent,
  ): Promise<Uint8Array>;

  generateKeyPair(card: UnlockedCard, keySpec: KeySpec, label: string): Promise<GeneratedKey>;
  importCertificate(
    card: UnlockedCard,
    identityId: string,
    use: 'signing' | 'encryption',
    certificate: Uint8Array,
  ): Promise<void>;
  importEncryptionKeyPair(
    card: UnlockedCard,
    identityId: string,
    pair: EnvelopedKeyPair,
    certificate: Uint8Array | null,
  ): Promise<void>;
  random(channel: ApduChannel, length: number): Promise<Uint8Array>;
  files(channel: ApduChannel): Promise<readonly TokenFile[]>;
  readFile(channel: ApduChannel, name: string, unlocked: boolean): Promise<Uint8Array>;
}
