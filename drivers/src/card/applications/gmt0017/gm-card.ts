import { concatBytes, equalBytes, utf8Encode } from '@onelock/core/bytes';
import { encodeEcdsaSignature, type KeyEncryption, type SignatureAlgorithm } from '@onelock/core/crypto';
import { CodedError } from '@onelock/core/errors';
import { parseCertificate } from '@onelock/core/x509';
import { sm2DigestOf } from '../../../keys/sm2-input.ts';
import type { Gmt0017Quirks } from '../../../port/card-config.ts';
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
  TokenFile,
  TokenIdentity,
  TokenLack,
} from '../../../port/index.ts';
import { type ApduChannel, brokenCard } from '../../apdu/index.ts';
import type { CardDescription, UnlockedCard } from '../card-application.ts';
import { LackingApplication } from '../lacking-application.ts';
import { demandSignature } from '../signature-proof.ts';
import {
  exportPublicKey,
  importCertificate,
  listContainers,
  type OpenContainer,
  readIdentity,
  sm2KeyOf,
  sm2PointIn,
  withContainer,
} from './containers.ts';
import { type GmDeviceInfo, parseDeviceInfo } from './device-info.ts';
import { GmChannel } from './gm-channel.ts';
import { listGmFiles, readGmFile } from './gm-files.ts';
import { changeGmPin, defaultPinLength, readPinStatus, verifyGmPin } from './gm-pin.ts';
import { importEncryptionKey } from './import-encryption-key.ts';
import { HASHED } from './instructions.ts';
import { decryptInside } from './session-keys.ts';

const mostRandom = 256;

/** One application of a GM/T 0017 card during one stay: SM2 alone. */
export class GmCard extends LackingApplication {
  override readonly keepsPin = false;
  readonly #quirks: Gmt0017Quirks;
  readonly #name: string;
  readonly #vendor: string;
  readonly #wake: (channel: ApduChannel) => Promise<void>;
  #appId: Uint8Array | null = null;
  #identities: readonly TokenIdentity[] | null = null;

  constructor(quirks: Gmt0017Quirks, vendor: string, name: string, wake: (channel: ApduChannel) => Promise<void>) {
    super();
    this.#quirks = quirks;
    this.#vendor = vendor;
    this.#name = name;
    this.#wake = wake;
  }

  override get pinLength(): { readonly min: number; readonly max: number } {
    return this.#quirks.pinLength ?? defaultPinLength;
  }

  /** Opens the application once a stay: opening it again could take its unlocked state. */
  override async select(channel: ApduChannel): Promise<void> {
    if (this.#appId !== null) return;
    await this.#wake(channel);
    const answer = await this.#gm(channel).demand('OpenApplication', { data: utf8Encode(this.#name), le: 'most' });
    if (answer.length < 10) throw brokenCard('GM OpenApplication', `${answer.length} bytes`);
    this.#appId = answer.slice(8, 10);
  }

  override async describe(channel: ApduChannel): Promise<CardDescription> {
    const gm = this.#gm(channel);
    const info: GmDeviceInfo = parseDeviceInfo(await gm.demand('GetDevInfo', { le: 'most' }), gm.numbers);
    const { serialNumber, label, issuer, firmwareVersion, freeSpace } = info;
    return {
      vendor: info.manufacturer || this.#vendor,
      model: issuer || 'GM/T 0017',
      serialNumber,
      label: label || serialNumber,
      firmwareVersion,
      algorithms: ['sm2'],
      freeSpace,
      capabilities,
      lacks,
      keySpecs: ['sm2'],
    };
  }

  override async identities(channel: ApduChannel): Promise<readonly TokenIdentity[]> {
    if (this.#identities !== null) return this.#identities;
    const gm = this.#gm(channel);
    const found: TokenIdentity[] = [];
    for (const name of await listContainers(gm, this.#app())) found.push(await readIdentity(gm, this.#app(), name));
    this.#identities = found;
    return found;
  }

  override forget(): void {
    this.#appId = null;
    this.#identities = null;
  }

  override pinStatus(channel: ApduChannel, role: PinRole): Promise<PinStatus> {
    return readPinStatus(this.#gm(channel), this.#app(), role, this.pinLength);
  }

  override verifyPin(channel: ApduChannel, pin: Pin): Promise<void> {
    return verifyGmPin(this.#gm(channel), this.#app(), 'user', pin);
  }

  override async logOut(channel: ApduChannel): Promise<boolean> {
    return (await this.#gm(channel).send('ClearSecureState', { data: this.#app() })).sw === 0x9000;
  }

  override changePin(channel: ApduChannel, oldPin: Pin, newPin: Pin): Promise<void> {
    const by = { instruction: 'ChangePIN', role: 'user', pin: oldPin } as const;
    return changeGmPin(this.#gm(channel), this.#app(), by, newPin);
  }

  override unblockPin(channel: ApduChannel, adminPin: Pin, newPin: Pin): Promise<void> {
    const by = { instruction: 'UnblockPIN', role: 'admin', pin: adminPin } as const;
    return changeGmPin(this.#gm(channel), this.#app(), by, newPin);
  }

  /** ECCSignData takes e = SM3(ZA ‖ M), which we compute: no command gives the card the user id. */
  override async sign(
    { channel, ops }: UnlockedCard,
    identityId: string,
    algorithm: SignatureAlgorithm,
    input: SignInput,
  ): Promise<Uint8Array> {
    const gm = this.#gm(channel);
    const identity = (await this.identities(channel)).find(({ id }) => id === identityId);
    const certificate = identity?.signingCertificate;
    if (identity === undefined || (!certificate && identity.uncertifiedSigningKey === undefined))
      throw new CodedError('ERR_TOKEN_KEY_NOT_FOUND');
    if (algorithm.kind !== 'sm2-sm3') throw unsupported(algorithm.kind);
    return withContainer(gm, this.#app(), identityId, async (container) => {
      const key = certificate
        ? parseCertificate(certificate).publicKey
        : await exportPublicKey(gm, container, 'signing');
      if (key?.kind !== 'sm2') throw unsupported(algorithm.kind);
      const e = sm2DigestOf(ops, key, algorithm, input);
      const answer = await gm.demand('ECCSignData', { p1: HASHED, data: concatBytes(container.ids, e), le: 'most' });
      const signature = signatureIn(answer);
      demandSignature(ops, 'GM ECCSignData', key, algorithm, input, signature);
      return signature;
    });
  }

  override async decryptContent(
    { channel }: UnlockedCard,
    { identityId, certificate }: DecryptionKey,
    scheme: KeyEncryption,
    content: SealedContent,
  ): Promise<Uint8Array> {
    if (scheme.kind !== 'sm2') throw unsupported(scheme.kind);
    const identity = (await this.identities(channel)).find(({ id }) => id === identityId);
    const present = identity?.encryptionCertificate ?? null;
    const known = present !== null || identity?.uncertifiedEncryptionKey !== undefined;
    if (!known || (certificate !== null && (present === null || !equalBytes(certificate, present))))
      throw new CodedError('ERR_TOKEN_KEY_NOT_FOUND');
    const gm = this.#gm(channel);
    return withContainer(gm, this.#app(), identityId, (container) => decryptInside(gm, container, content));
  }

  override async generateKeyPair({ channel }: UnlockedCard, keySpec: KeySpec, label: string): Promise<GeneratedKey> {
    if (keySpec !== 'sm2') throw unsupported(keySpec);
    const gm = this.#gm(channel);
    const name = freeName(label, new Set(await listContainers(gm, this.#app())));
    await gm.demand('CreateContainer', { data: concatBytes(this.#app(), utf8Encode(name)), le: 2 });
    this.#identities = null;
    return withContainer(gm, this.#app(), name, async ({ ids }) => {
      const answer = await gm.demand('GenECCKeyPair', { data: concatBytes(ids, gm.numbers.u32(256)), le: 'most' });
      if (answer.length !== 64) throw brokenCard('GM GenECCKeyPair', `${answer.length} bytes`);
      return { identityId: name, publicKey: sm2KeyOf(answer).spki };
    });
  }

  override importCertificate(
    { channel }: UnlockedCard,
    identityId: string,
    use: 'signing' | 'encryption',
    certificate: Uint8Array,
  ): Promise<void> {
    return this.#changing(channel, identityId, (gm, container) => this.#write(gm, container, use, certificate));
  }

  override importEncryptionKeyPair(
    { channel, ops }: UnlockedCard,
    identityId: string,
    pair: EnvelopedKeyPair,
    certificate: Uint8Array | null,
  ): Promise<void> {
    return this.#changing(channel, identityId, async (gm, container) => {
      await importEncryptionKey(gm, ops, container, pair, certificate);
      if (certificate !== null) await this.#write(gm, container, 'encryption', certificate);
    });
  }

  override async random(channel: ApduChannel, length: number): Promise<Uint8Array> {
    const parts: Uint8Array[] = [];
    for (let left = length; left > 0; left -= mostRandom) {
      const wanted = Math.min(left, mostRandom);
      const part = await this.#gm(channel).demand('GenRandom', { le: wanted });
      if (part.length !== wanted) throw brokenCard('GM GenRandom', `${part.length} bytes instead of ${wanted}`);
      parts.push(part);
    }
    return concatBytes(...parts);
  }

  override files(channel: ApduChannel): Promise<readonly TokenFile[]> {
    return listGmFiles(this.#gm(channel), this.#app());
  }

  override readFile(channel: ApduChannel, name: string, unlocked: boolean): Promise<Uint8Array> {
    return readGmFile(this.#gm(channel), this.#app(), name, unlocked);
  }

  async #write(gm: GmChannel, container: OpenContainer, use: 'signing' | 'encryption', der: Uint8Array): Promise<void> {
    const key = await exportPublicKey(gm, container, use);
    if (key === null) throw new CodedError('ERR_TOKEN_KEY_NOT_FOUND');
    const point = sm2PointIn(der);
    if (key.kind !== 'sm2' || point === null || !equalBytes(key.point, point))
      throw new CodedError('ERR_TOKEN_CERTIFICATE_MISMATCH');
    await importCertificate(gm, container, use, der);
  }

  async #changing<T>(
    channel: ApduChannel,
    name: string,
    act: (gm: GmChannel, container: OpenContainer) => Promise<T>,
  ): Promise<T> {
    const gm = this.#gm(channel);
    try {
      return await withContainer(gm, this.#app(), name, (container) => act(gm, container));
    } finally {
      this.#identities = null;
    }
  }

  #gm(channel: ApduChannel): GmChannel {
    return new GmChannel(channel, this.#quirks);
  }

  #app(): Uint8Array {
    if (this.#appId === null) throw brokenCard('GM OpenApplication', 'not open');
    return this.#appId;
  }
}

/** Bits, r, s; or r and s alone. @throws {CodedError} ERR_TOKEN_DATA_CORRUPT */
function signatureIn(answer: Uint8Array): Uint8Array {
  if (answer.length !== 64 && answer.length !== 68) throw brokenCard('GM ECCSignData', `${answer.length} bytes`);
  try {
    return encodeEcdsaSignature(answer.subarray(-64), 'sm2');
  } catch (cause) {
    throw brokenCard('GM ECCSignData', 'r or s out of range', { cause });
  }
}

/** A name that no container has; what people call it, where that is not taken. */
function freeName(label: string, taken: ReadonlySet<string>): string {
  const base = label.slice(0, 12).trim() || 'onelock';
  if (!taken.has(base)) return base;
  for (let number = 2; ; number += 1) if (!taken.has(`${base}-${number}`)) return `${base}-${number}`;
}

function unsupported(algorithm: string): CodedError {
  return new CodedError('ERR_TOKEN_ALGORITHM_UNSUPPORTED', { algorithm });
}

const capabilities: readonly TokenCapability[] = [
  'sign-message',
  'sign-digest',
  'random',
  'pin-retries',
  'decrypt-content',
  'change-pin',
  'unblock-pin',
  'generate-key',
  'import-certificate',
  'import-encryption-key',
  'read-files',
];

const lacks: readonly TokenLack[] = [
  { capability: 'decrypt', reason: 'family', detail: 'GM/T 0017 gives out no content key' },
  { capability: 'unblock-pin-remote', reason: 'not-built', detail: '' },
];
