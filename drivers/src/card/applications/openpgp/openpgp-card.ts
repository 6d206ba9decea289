import { equalBytes } from '@onelock/core/bytes';
import type { KeyEncryption, PublicKey, SignatureAlgorithm } from '@onelock/core/crypto';
import { CodedError, isCodedError } from '@onelock/core/errors';
import { parseCertificate } from '@onelock/core/x509';
import type { OpenPgpQuirks } from '../../../port/card-config.ts';
import type {
  DecryptionKey,
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
import { type OpenPgpFacts, type OpenPgpKey, readCertificates } from './card-facts.ts';
import {
  changePassword,
  getChallenge,
  logOut,
  passwordStatus,
  passwords,
  resetRetryCounter,
  sign,
  verify,
} from './commands.ts';
import { decryptWith, signWith } from './openpgp-operations.ts';

/** §4.3: PW1 has at least 6 characters, PW3 at least 8. */
const minPin = 6;
const minAdminPin = 8;
const mostPin = 127;
const mostChallenge = 255;
const labels: Readonly<Record<OpenPgpKey, string>> = { sig: 'Signature', aut: 'Authentication', dec: 'Decryption' };

/** One OpenPGP application during one stay. Certificates are read once: whoever else writes them resets the card. */
export class OpenPgpCard extends LackingApplication {
  override readonly select: (channel: ApduChannel) => Promise<void>;
  readonly #vendor: string;
  readonly #quirks: OpenPgpQuirks;
  readonly #facts: OpenPgpFacts;
  #certificates: ReadonlyMap<OpenPgpKey, Uint8Array> | null;
  #triesSeen: number | null = null;

  constructor(
    vendor: string,
    quirks: OpenPgpQuirks,
    facts: OpenPgpFacts,
    certificates: ReadonlyMap<OpenPgpKey, Uint8Array>,
    select: (channel: ApduChannel) => Promise<void>,
  ) {
    super();
    this.#vendor = vendor;
    this.#quirks = quirks;
    this.#facts = facts;
    this.#certificates = certificates;
    this.select = select;
  }

  /** The signature key wants PW1 for itself, on most cards before each signature (C4, first byte). */
  override get keepsPin(): boolean {
    return this.#certificates?.has('sig') === true;
  }

  override get pinLength(): { readonly min: number; readonly max: number } {
    return { min: minPin, max: mostPin };
  }

  override async describe(channel: ApduChannel): Promise<CardDescription> {
    const certificates = await this.#read(channel);
    const { version, serialNumber, holder, challengeBytes } = this.#facts;
    const decryption = certificates.get('dec');
    const opens = decryption !== undefined && publicKeyIn(decryption).kind === 'rsa';
    const capabilities: TokenCapability[] = ['sign-message', 'sign-digest', 'pin-retries', 'change-pin', 'unblock-pin'];
    if (challengeBytes > 0) capabilities.push('random');
    if (opens) capabilities.push('decrypt');
    return {
      vendor: this.#vendor,
      serialNumber,
      label: this.#quirks.label ?? holder ?? 'OpenPGP card',
      model: `OpenPGP card ${version.major}.${version.minor}`,
      firmwareVersion: null,
      algorithms: ['rsa', 'ec'],
      freeSpace: null,
      capabilities,
      lacks,
      keySpecs: [],
    };
  }

  override async identities(channel: ApduChannel): Promise<readonly TokenIdentity[]> {
    const certificates = await this.#read(channel);
    const encryption = certificates.get('dec') ?? null;
    const present = (['sig', 'aut'] as const).filter((key) => certificates.has(key));
    const signing = present.map((id, index) => ({
      id,
      label: labels[id],
      signingCertificate: certificates.get(id) ?? null,
      encryptionCertificate: index === 0 ? encryption : null,
    }));
    if (signing.length > 0 || encryption === null) return signing;
    return [{ id: 'dec', label: labels.dec, signingCertificate: null, encryptionCertificate: encryption }];
  }

  override forget(): void {
    this.#certificates = null;
  }

  override async pinStatus(channel: ApduChannel, role: PinRole): Promise<PinStatus> {
    const { left, adminLeft, most, adminMost } = await passwordStatus(channel);
    const retriesLeft = role === 'user' ? left : adminLeft;
    if (role === 'user') this.#triesSeen = Math.max(left, this.#triesSeen ?? 0);
    const known = role === 'user' ? (this.#quirks.pinTries ?? null) : null;
    return {
      retriesLeft,
      retriesMax: known,
      low: retriesLeft > 0 && retriesLeft <= 2 && retriesLeft < (known ?? this.#triesSeen ?? 3),
      locked: retriesLeft === 0,
      isDefault: null,
      minLength: role === 'user' ? minPin : minAdminPin,
      maxLength: Math.min(mostPin, role === 'user' ? most : adminMost),
    };
  }

  override verifyPin(channel: ApduChannel, pin: Pin): Promise<void> {
    return verify(channel, passwords.other, pin);
  }

  override logOut(channel: ApduChannel): Promise<boolean> {
    return logOut(channel);
  }

  override changePin(channel: ApduChannel, oldPin: Pin, newPin: Pin): Promise<void> {
    return changePassword(channel, oldPin, newPin);
  }

  /** PW3 is verified and, by the reset that follows, used: nothing else is done with it. */
  override async unblockPin(channel: ApduChannel, adminPin: Pin, newPin: Pin): Promise<void> {
    if (adminPin.length < minAdminPin) throw new CodedError('ERR_TOKEN_PIN_LENGTH', { min: minAdminPin, max: mostPin });
    await verify(channel, passwords.admin, adminPin);
    try {
      await resetRetryCounter(channel, newPin);
    } finally {
      await channel.send('OpenPGP VERIFY', { cla: 0, ins: 0x20, p1: 0xff, p2: passwords.admin });
    }
  }

  override async sign(
    { channel, ops, pin }: UnlockedCard,
    identityId: string,
    algorithm: SignatureAlgorithm,
    input: SignInput,
  ): Promise<Uint8Array> {
    const certificates = await this.#read(channel);
    if (identityId !== 'sig' && identityId !== 'aut') throw new CodedError('ERR_TOKEN_KEY_NOT_FOUND');
    const certificate = certificates.get(identityId);
    if (certificate === undefined) throw new CodedError('ERR_TOKEN_KEY_NOT_FOUND');
    const compute = (data: Uint8Array): Promise<Uint8Array> =>
      verifiedFirst(channel, identityId === 'sig' ? pin : null, () => sign(channel, identityId, data, algorithm.kind));
    return signWith(ops, compute, publicKeyIn(certificate), algorithm, input);
  }

  override async decrypt(
    { channel }: UnlockedCard,
    key: DecryptionKey,
    scheme: KeyEncryption,
    ciphertext: Uint8Array,
  ): Promise<Uint8Array> {
    const identity = (await this.identities(channel)).find(({ id }) => id === key.identityId);
    const certificate = identity?.encryptionCertificate;
    if (!certificate || (key.certificate !== null && !equalBytes(key.certificate, certificate)))
      throw new CodedError('ERR_TOKEN_KEY_NOT_FOUND');
    return decryptWith(channel, publicKeyIn(certificate), scheme, ciphertext);
  }

  override async random(channel: ApduChannel, length: number): Promise<Uint8Array> {
    const step = Math.min(this.#facts.challengeBytes, mostChallenge);
    if (step === 0) throw new CodedError('ERR_CALL_UNSUPPORTED', { call: 'generateRandom' });
    const bytes = new Uint8Array(length);
    for (let at = 0; at < length; at += step) bytes.set(await getChallenge(channel, Math.min(step, length - at)), at);
    return bytes;
  }

  async #read(channel: ApduChannel): Promise<ReadonlyMap<OpenPgpKey, Uint8Array>> {
    this.#certificates ??= await readCertificates(channel, this.#facts);
    return this.#certificates;
  }
}

/** One verification for a key that wants one, and none where the card still counts the last. */
async function verifiedFirst(
  channel: ApduChannel,
  pin: Uint8Array | null,
  act: () => Promise<Uint8Array>,
): Promise<Uint8Array> {
  try {
    return await act();
  } catch (error) {
    if (pin === null || !isCodedError(error) || error.native?.value !== 0x6982) throw error;
  }
  await verify(channel, passwords.sign, pin);
  return act();
}

const publicKeyIn = (certificate: Uint8Array): PublicKey => parseCertificate(certificate).publicKey;

const lacks: readonly TokenLack[] = [
  { capability: 'random', reason: 'token', detail: 'the card gives no challenge' },
  { capability: 'decrypt', reason: 'token', detail: 'no RSA certificate for decryption on the card' },
  { capability: 'decrypt-content', reason: 'family', detail: 'no content keys of the kinds that envelopes have' },
  { capability: 'unblock-pin-remote', reason: 'family', detail: '' },
  { capability: 'generate-key', reason: 'not-built', detail: 'by the programs of the card’s vendor' },
  { capability: 'import-certificate', reason: 'not-built', detail: 'by the programs of the card’s vendor' },
  { capability: 'import-encryption-key', reason: 'family', detail: 'SM2 is not among its keys' },
  { capability: 'read-files', reason: 'family', detail: '' },
];
