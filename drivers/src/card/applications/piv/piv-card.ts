import { fromHex, toHex } from '@onelock/core/bytes';
import type { KeyEncryption, PublicKey, SignatureAlgorithm } from '@onelock/core/crypto';
import { CodedError, isCodedError } from '@onelock/core/errors';
import type { PivQuirks } from '../../../port/card-config.ts';
import type {
  DecryptionKey,
  GeneratedKey,
  KeySpec,
  Pin,
  PinRole,
  PinStatus,
  SignInput,
  TokenCapability,
  TokenIdentity,
  TokenLack,
} from '../../../port/index.ts';
import type { ApduChannel } from '../../apdu/index.ts';
import type { CardDescription, UnlockedCard } from '../card-application.ts';
import { LackingApplication } from '../lacking-application.ts';
import {
  authenticateAdministrator,
  changeReference,
  generateKeyPair,
  logOut,
  type PivAlgorithm,
  pinState,
  pivPinLength,
  resetRetryCounter,
  verify,
} from './commands.ts';
import { type PivKeyReference, writeCertificate } from './objects.ts';
import {
  encryptionReference,
  identitiesOf,
  type PivKeys,
  publicKeyIn,
  readKeys,
  referenceOf,
  signingReferences,
} from './piv-certificates.ts';
import { decryptWith, operationWith, type PrivateOperation, signWith } from './piv-operations.ts';
import { pivAlgorithmOf, publicKeyOf } from './public-key.ts';

const newKeys: Partial<Readonly<Record<KeySpec, PivAlgorithm>>> = { 'rsa-2048': 'rsa2048', p256: 'p256' };
/** Wants the PIN before every use (SP 800-73-4 part 1 table 5). */
const pinAlways: PivKeyReference = '9c';

export interface PivIdentity {
  readonly vendor: string;
  readonly serialNumber: string;
  readonly label: string;
}

/** One PIV application during one stay. Certificates are read once: whoever else writes them resets the card. */
export class PivCard extends LackingApplication {
  override readonly pinLength = pivPinLength;
  override readonly select: (channel: ApduChannel) => Promise<void>;
  readonly #identity: PivIdentity;
  readonly #quirks: PivQuirks;
  readonly #generated = new Map<PivKeyReference, PublicKey>();
  #keys: PivKeys | null;
  #triesSeen: number | null = null;

  constructor(
    identity: PivIdentity,
    quirks: PivQuirks,
    keys: PivKeys,
    select: (channel: ApduChannel) => Promise<void>,
  ) {
    super();
    this.#identity = identity;
    this.#quirks = quirks;
    this.#keys = keys;
    this.select = select;
  }

  override get keepsPin(): boolean {
    const has = this.#keys?.certificates.has(pinAlways) === true;
    const mayGet = this.#quirks.managementKey !== undefined;
    return (has || mayGet) && this.#quirks.contextPin !== 'first-use-only';
  }

  override async describe(channel: ApduChannel): Promise<CardDescription> {
    const { certificates, retired } = await this.#read(channel);
    const opens = [encryptionReference, ...retired, ...signingReferences].some((reference) => {
      const certificate = certificates.get(reference);
      return certificate !== undefined && publicKeyIn(certificate).kind === 'rsa';
    });
    const administered = this.#quirks.managementKey !== undefined;
    const capabilities: TokenCapability[] = ['sign-message', 'sign-digest', 'pin-retries', 'change-pin', 'unblock-pin'];
    if (opens) capabilities.push('decrypt');
    if (administered) capabilities.push('generate-key', 'import-certificate');
    return {
      ...this.#identity,
      model: 'PIV (SP 800-73-4)',
      firmwareVersion: null,
      algorithms: ['rsa', 'ec'],
      freeSpace: null,
      capabilities,
      lacks,
      keySpecs: administered ? ['rsa-2048', 'p256'] : [],
    };
  }

  override async identities(channel: ApduChannel): Promise<readonly TokenIdentity[]> {
    return identitiesOf(await this.#read(channel), this.#generated);
  }

  override forget(): void {
    this.#keys = null;
  }

  override async pinStatus(channel: ApduChannel, role: PinRole): Promise<PinStatus> {
    const state = role === 'user' ? await pinState(channel) : 'verified';
    const left = state === 'verified' ? null : state;
    if (left !== null) this.#triesSeen = Math.max(left, this.#triesSeen ?? 0);
    const known = role === 'user' ? (this.#quirks.pinTries ?? null) : null;
    return {
      retriesLeft: left ?? (role === 'user' ? (known ?? this.#triesSeen) : null),
      retriesMax: known,
      low: left !== null && left > 0 && left <= 2 && left < (known ?? left + 1),
      locked: left === 0,
      isDefault: null,
      minLength: role === 'user' ? pivPinLength.min : pivPinLength.max,
      maxLength: pivPinLength.max,
    };
  }

  override verifyPin(channel: ApduChannel, pin: Pin): Promise<void> {
    return verify(channel, pin);
  }

  override logOut(channel: ApduChannel): Promise<boolean> {
    return logOut(channel);
  }

  override changePin(channel: ApduChannel, oldPin: Pin, newPin: Pin): Promise<void> {
    return changeReference(channel, oldPin, newPin);
  }

  override unblockPin(channel: ApduChannel, adminPin: Pin, newPin: Pin): Promise<void> {
    return resetRetryCounter(channel, adminPin, newPin);
  }

  override async sign(
    card: UnlockedCard,
    identityId: string,
    algorithm: SignatureAlgorithm,
    input: SignInput,
  ): Promise<Uint8Array> {
    const { certificates } = await this.#read(card.channel);
    const certificate = certificates.get(identityId);
    const key = certificate === undefined ? this.#generated.get(identityId) : publicKeyIn(certificate);
    if (key === undefined || !signingReferences.includes(identityId)) throw new CodedError('ERR_TOKEN_KEY_NOT_FOUND');
    return signWith(card.ops, this.#operation(card, identityId), key, algorithm, input);
  }

  override async decrypt(
    card: UnlockedCard,
    key: DecryptionKey,
    scheme: KeyEncryption,
    ciphertext: Uint8Array,
  ): Promise<Uint8Array> {
    const keys = await this.#read(card.channel);
    const identity = identitiesOf(keys, this.#generated).find(({ id }) => id === key.identityId);
    const wanted = key.certificate ?? identity?.encryptionCertificate;
    const reference = wanted === undefined || wanted === null ? undefined : referenceOf(keys, wanted);
    if (identity === undefined || wanted === undefined || wanted === null || reference === undefined)
      throw new CodedError('ERR_TOKEN_KEY_NOT_FOUND');
    return decryptWith(card.ops, this.#operation(card, reference), publicKeyIn(wanted), scheme, ciphertext);
  }

  override async generateKeyPair(card: UnlockedCard, keySpec: KeySpec, _label: string): Promise<GeneratedKey> {
    const algorithm = newKeys[keySpec];
    if (algorithm === undefined) throw new CodedError('ERR_TOKEN_ALGORITHM_UNSUPPORTED', { algorithm: keySpec });
    const { certificates, unreadable } = await this.#read(card.channel);
    const free = signingReferences.find(
      (one) => !certificates.has(one) && !unreadable.has(one) && !this.#generated.has(one),
    );
    if (free === undefined) throw new CodedError('ERR_TOKEN_FULL');
    await this.#administer(card.channel);
    const key = publicKeyOf(await generateKeyPair(card.channel, algorithm, Number.parseInt(free, 16)));
    this.#generated.set(free, key);
    return { identityId: free, publicKey: key.spki };
  }

  override async importCertificate(
    card: UnlockedCard,
    identityId: string,
    use: 'signing' | 'encryption',
    certificate: Uint8Array,
  ): Promise<void> {
    const { certificates } = await this.#read(card.channel);
    const reference = use === 'signing' ? identityId : encryptionReference;
    if (use === 'signing' && !signingReferences.includes(identityId)) throw new CodedError('ERR_TOKEN_KEY_NOT_FOUND');
    await this.#prove(card, reference, certificates.get(reference), publicKeyIn(certificate));
    await this.#administer(card.channel);
    await writeCertificate(card.channel, reference, certificate);
    if (use === 'signing') this.#generated.delete(reference);
    this.forget();
  }

  /** By what the card says, or, where nothing says whose key it holds, by a signature of that very key. */
  async #prove(
    card: UnlockedCard,
    reference: PivKeyReference,
    present: Uint8Array | undefined,
    key: PublicKey,
  ): Promise<void> {
    const known = this.#generated.get(reference) ?? (present === undefined ? undefined : publicKeyIn(present));
    if (known !== undefined) {
      if (toHex(known.spki) === toHex(key.spki)) return;
      throw new CodedError('ERR_TOKEN_CERTIFICATE_MISMATCH');
    }
    const algorithm = key.kind === 'rsa' ? ({ kind: 'rsa-pkcs1v15', digest: 'sha256' } as const) : ecdsa;
    if (pivAlgorithmOf(key) === null) throw new CodedError('ERR_TOKEN_CERTIFICATE_MISMATCH');
    const input = { kind: 'message', bytes: card.ops.random(32) } as const;
    try {
      await signWith(card.ops, this.#operation(card, reference), key, algorithm, input);
    } catch (cause) {
      if (isCodedError(cause) && mismatches.has(cause.code))
        throw new CodedError('ERR_TOKEN_CERTIFICATE_MISMATCH', {}, { cause });
      throw cause;
    }
  }

  async #administer(channel: ApduChannel): Promise<void> {
    const { managementKey } = this.#quirks;
    if (managementKey === undefined) throw new CodedError('ERR_CALL_UNSUPPORTED', { call: 'PIV management key' });
    await authenticateAdministrator(channel, { algorithm: managementKey.algorithm, key: fromHex(managementKey.key) });
  }

  /** One verification more for a key that wants one before each use, and none where the card still counts the last. */
  #operation({ channel, pin }: UnlockedCard, reference: PivKeyReference): PrivateOperation {
    const run = operationWith(channel, Number.parseInt(reference, 16));
    return async (algorithm, input) => {
      try {
        return await run(algorithm, input);
      } catch (error) {
        if (reference !== pinAlways || pin === null || !isCodedError(error) || error.native?.value !== 0x6982)
          throw error;
      }
      await verify(channel, pin);
      return run(algorithm, input);
    };
  }

  async #read(channel: ApduChannel): Promise<PivKeys> {
    this.#keys ??= await readKeys(channel);
    return this.#keys;
  }
}

const ecdsa = { kind: 'ecdsa', digest: 'sha256' } as const;
const mismatches: ReadonlySet<string> = new Set(['ERR_TOKEN_NATIVE_FAILURE', 'ERR_TOKEN_KEY_NOT_FOUND']);

const lacks: readonly TokenLack[] = [
  { capability: 'random', reason: 'family', detail: 'SP 800-73-4 has no GET CHALLENGE' },
  { capability: 'decrypt', reason: 'token', detail: 'no RSA certificate on the card' },
  { capability: 'decrypt-content', reason: 'family', detail: 'PIV has no content keys' },
  { capability: 'unblock-pin-remote', reason: 'family', detail: '' },
  { capability: 'generate-key', reason: 'manifest', detail: 'no management key is configured' },
  { capability: 'import-certificate', reason: 'manifest', detail: 'no management key is configured' },
  { capability: 'import-encryption-key', reason: 'family', detail: 'SP 800-73-4 imports no private key' },
  { capability: 'read-files', reason: 'family', detail: '' },
];
