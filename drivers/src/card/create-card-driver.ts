import { setTimeout as delay } from 'node:timers/promises';
import type { CryptoOps, KeyEncryption, SignatureAlgorithm } from '@onelock/core/crypto';
import { createNodeCrypto } from '@onelock/core/crypto/node';
import { CodedError, isCodedError } from '@onelock/core/errors';
import { RandomWatch } from '../keys/random-watch.ts';
import {
  type CardDriverConfig,
  completeLacks,
  type DecryptionKey,
  type DeviceId,
  type DriverInfo,
  type EnvelopedKeyPair,
  type GeneratedKey,
  type KeySpec,
  type Pin,
  type PinRole,
  type PinStatus,
  type SealedContent,
  type SessionId,
  type SignInput,
  type TokenDevice,
  type TokenDriver,
  type TokenFile,
  type TokenIdentity,
  Turns,
  UnsupportedMethods,
} from '../port/index.ts';
import { type ApduChannel, noStatus } from './apdu/index.ts';
import type { CardApplication, UnlockedCard } from './applications/card-application.ts';
import { applicationKinds } from './card-kinds.ts';
import { CardSessions, demandLength } from './card-sessions.ts';
import { Cards } from './cards.ts';
import { actOn, type PresentCard } from './present-card.ts';
import type { CardReaders } from './transport/card-readers.ts';
import { openHidReaders } from './transport/hid/hid-readers.ts';
import { hidraw } from './transport/hid/hidraw.ts';
import { openPcscReaders } from './transport/pcsc/pcsc-readers.ts';

const turnMs = 60_000;
const looksAfterFailure = 8;
const lookAgainMs = 150;
/** Wrong PINs that a card tells while a key is used: the PIN was changed elsewhere, and the session knows the old one. */
const pinFailures: ReadonlySet<string> = new Set([
  'ERR_TOKEN_PIN_INCORRECT',
  'ERR_TOKEN_PIN_LOCKED',
  'ERR_TOKEN_PIN_LENGTH',
]);

/**
 * The driver of smart cards that we speak to ourselves, in this process. The agent hosts it instead, see
 * `@onelock/drivers/host`.
 *
 * @throws {CodedError} ERR_DRIVER_NOT_INSTALLED when the system has no PC/SC library
 */
export async function createCardDriver(config: CardDriverConfig, readers?: CardReaders): Promise<TokenDriver> {
  Object.assign(process.env, config.environment);
  const driver = new CardDriver(config, readers ?? readersFor(config), createNodeCrypto());
  await driver.start();
  return driver;
}

/** @throws {CodedError} ERR_DRIVER_NOT_INSTALLED: HID is reached through Linux' own files, and nowhere else yet */
function readersFor({ id, library, quirks }: CardDriverConfig): CardReaders {
  const transport = quirks?.transport;
  if (transport === undefined) return openPcscReaders(id, library);
  if (process.platform === 'linux') return openHidReaders(transport, hidraw());
  throw new CodedError('ERR_DRIVER_NOT_INSTALLED', { driver: id, detail: 'HID is not reached on this system yet' });
}

/** One act at a time on a card, in an exclusive transaction; cards beside each other. */
class CardDriver extends UnsupportedMethods implements TokenDriver {
  readonly info: DriverInfo;
  readonly #ops: CryptoOps;
  readonly #readers: CardReaders;
  readonly #cards: Cards;
  readonly #sessions = new CardSessions();
  readonly #random = new RandomWatch();
  readonly #turns = new Turns();
  readonly #listeners = new Set<() => void>();
  #closed = false;
  #later: NodeJS.Timeout | undefined;

  constructor(config: CardDriverConfig, readers: CardReaders, ops: CryptoOps) {
    super();
    this.info = {
      id: config.id,
      family: 'card',
      vendor: config.vendor ?? config.id,
      version: config.quirks?.transport === undefined ? 'PC/SC' : 'HID',
    };
    this.#ops = ops;
    this.#readers = readers;
    this.#cards = new Cards(config, readers, applicationKinds(config));
  }

  async start(): Promise<void> {
    await this.#look();
    this.#readers.onChanged(() => void this.#lookQuietly());
  }

  async listDevices(): Promise<readonly TokenDevice[]> {
    await this.#look();
    const described = await Promise.all(this.#cards.present.map((card) => this.#describe(card)));
    return described.filter((device) => device !== null);
  }

  listIdentities(deviceId: DeviceId): Promise<readonly TokenIdentity[]> {
    return this.#at(deviceId, ({ application }, channel) => application.identities(channel));
  }

  pinStatus(deviceId: DeviceId, role: PinRole = 'user'): Promise<PinStatus> {
    return this.#at(deviceId, ({ application }, channel) => application.pinStatus(channel, role));
  }

  openSession(deviceId: DeviceId, pin: Pin): Promise<SessionId> {
    return this.#withPins(deviceId, [pin], (card, channel) => this.#sessions.open(card, channel, pin));
  }

  async closeSession(id: SessionId): Promise<void> {
    const card = this.#sessions.close(id);
    if (card !== null) await this.#lock(card);
  }

  sign(id: SessionId, identityId: string, algorithm: SignatureAlgorithm, input: SignInput): Promise<Uint8Array> {
    return this.#unlocked(id, (application, card) => application.sign(card, identityId, algorithm, input));
  }

  override decrypt(id: SessionId, key: DecryptionKey, scheme: KeyEncryption, data: Uint8Array): Promise<Uint8Array> {
    return this.#unlocked(id, (application, card) => application.decrypt(card, key, scheme, data));
  }

  override decryptContent(
    id: SessionId,
    key: DecryptionKey,
    scheme: KeyEncryption,
    content: SealedContent,
  ): Promise<Uint8Array> {
    return this.#unlocked(id, (application, card) => application.decryptContent(card, key, scheme, content));
  }

  override changePin(deviceId: DeviceId, oldPin: Pin, newPin: Pin): Promise<void> {
    return this.#withPins(deviceId, [oldPin, newPin], async (card, channel) => {
      const { application } = card;
      for (const pin of [oldPin, newPin]) demandLength(pin, application.pinLength);
      this.#sessions.logOut(card);
      await application.changePin(channel, oldPin, newPin);
      await application.logOut(channel);
    });
  }

  override unblockPin(deviceId: DeviceId, adminPin: Pin, newPin: Pin): Promise<void> {
    return this.#withPins(deviceId, [adminPin, newPin], async (card, channel) => {
      demandLength(newPin, card.application.pinLength);
      this.#sessions.logOut(card);
      await card.application.unblockPin(channel, adminPin, newPin);
      await card.application.logOut(channel);
    });
  }

  override generateKeyPair(id: SessionId, keySpec: KeySpec, label: string): Promise<GeneratedKey> {
    return this.#unlocked(id, (application, card) => application.generateKeyPair(card, keySpec, label));
  }

  override importCertificate(
    id: SessionId,
    identityId: string,
    use: 'signing' | 'encryption',
    certificate: Uint8Array,
  ): Promise<void> {
    return this.#unlocked(id, (application, card) => application.importCertificate(card, identityId, use, certificate));
  }

  override importEncryptionKeyPair(
    id: SessionId,
    identityId: string,
    pair: EnvelopedKeyPair,
    certificate: Uint8Array | null,
  ): Promise<void> {
    return this.#unlocked(id, (application, card) =>
      application.importEncryptionKeyPair(card, identityId, pair, certificate),
    );
  }

  random(deviceId: DeviceId, length: number): Promise<Uint8Array> {
    return this.#at(deviceId, async ({ application }, channel) =>
      this.#random.accept('GET CHALLENGE', await application.random(channel, length)),
    );
  }

  override listFiles(deviceId: DeviceId): Promise<readonly TokenFile[]> {
    return this.#at(deviceId, ({ application }, channel) => application.files(channel));
  }

  override readFile(deviceId: DeviceId, name: string, session: SessionId | null): Promise<Uint8Array> {
    if (session !== null)
      return this.#unlocked(session, (application, { channel }) => application.readFile(channel, name, true));
    return this.#at(deviceId, ({ application }, channel) => application.readFile(channel, name, false));
  }

  onDevicesChanged(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  async close(): Promise<void> {
    this.#closed = true;
    clearTimeout(this.#later);
    this.#listeners.clear();
    for (const card of this.#sessions.closeAll()) await this.#lock(card);
    await this.#turns.run('', turnMs, () => this.#cards.close());
  }

  /** A card that is busy, or does not answer, is as it was; the next call to it will say what is wrong. */
  async #describe(card: PresentCard): Promise<TokenDevice | null> {
    try {
      card.description = await this.#on(card, ({ application }, channel) => application.describe(channel));
    } catch (error) {
      if (!isCodedError(error)) throw error;
      if (error.code === 'ERR_TOKEN_REMOVED') return null;
    }
    const { description, id, insertion } = card;
    const lacks = completeLacks(description.capabilities, description.lacks, 'family');
    return { id, kind: 'card', ...description, lacks, insertion };
  }

  /** Acts on what is there now. @throws {CodedError} ERR_TOKEN_NOT_FOUND */
  async #at<T>(deviceId: DeviceId, act: (card: PresentCard, channel: ApduChannel) => Promise<T>): Promise<T> {
    await this.#look();
    const card = this.#cards.present.find(({ id }) => id === deviceId);
    if (card === undefined) throw new CodedError('ERR_TOKEN_NOT_FOUND');
    return this.#on(card, act);
  }

  async #withPins<T>(
    deviceId: DeviceId,
    pins: readonly Pin[],
    act: (card: PresentCard, channel: ApduChannel) => Promise<T>,
  ): Promise<T> {
    try {
      return await this.#at(deviceId, act);
    } finally {
      for (const pin of pins) pin.fill(0);
    }
  }

  async #unlocked<T>(id: SessionId, act: (application: CardApplication, card: UnlockedCard) => Promise<T>): Promise<T> {
    const { card } = this.#sessions.demand(id);
    return this.#on(card, async ({ application }, channel) => {
      const { pin } = this.#sessions.demand(id);
      try {
        return await act(application, { channel, ops: this.#ops, pin });
      } catch (error) {
        throw this.#afterLogOut(card, error);
      }
    });
  }

  /** A card that says "not unlocked" has forgotten the PIN for every session. */
  #afterLogOut(card: PresentCard, error: unknown): unknown {
    if (!isCodedError(error)) return error;
    const lost = error.code === 'ERR_TOKEN_SESSION_CLOSED' || pinFailures.has(error.code);
    if (!lost) return error;
    this.#sessions.logOut(card);
    return new CodedError(
      'ERR_TOKEN_SESSION_CLOSED',
      {},
      { ...(error.native && { native: error.native }), cause: error },
    );
  }

  async #lock(card: PresentCard): Promise<void> {
    try {
      await this.#on(card, async ({ application }, channel) => {
        if (this.#sessions.isOpen(card) || (await application.logOut(channel))) return;
        await card.connection.reset();
      });
    } catch (error) {
      // A card that is gone has forgotten by itself.
      if (!isCodedError(error)) throw error;
    }
  }

  #on<T>(card: PresentCard, act: (card: PresentCard, channel: ApduChannel) => Promise<T>): Promise<T> {
    return this.#turns.run(card.place.stay, turnMs, async () => {
      try {
        return await actOn(
          card,
          () => this.#sessions.logOut(card),
          (channel) => act(card, channel),
        );
      } catch (error) {
        throw await this.#afterFailure(card, error);
      }
    });
  }

  /** Readers name a pulled card in many ways: after a failure of theirs we look whether it is still there. */
  async #afterFailure(card: PresentCard, error: unknown): Promise<unknown> {
    if (!isCodedError(error)) return error;
    const silent = error.native?.name === noStatus;
    const ofTransport = silent || error.native?.api.startsWith('SCard') === true || error.code === 'ERR_TOKEN_REMOVED';
    if (!ofTransport) return error;
    if (error.code !== 'ERR_TOKEN_REMOVED' && (await this.#stays(card))) return error;
    await this.#cards.drop(card);
    this.#sessions.dropAbsent(this.#cards.present);
    void this.#lookQuietly();
    if (error.code === 'ERR_TOKEN_REMOVED') return error;
    return new CodedError('ERR_TOKEN_REMOVED', {}, { ...(error.native && { native: error.native }), cause: error });
  }

  /** Readers are looked at by the system's service only now and then: it may still show a card that is gone. */
  async #stays({ place }: PresentCard): Promise<boolean> {
    for (let look = 0; look < looksAfterFailure; look += 1) {
      if (!(await this.#readers.look()).some(({ stay }) => stay === place.stay)) return false;
      await delay(lookAgainMs);
    }
    return true;
  }

  #look(): Promise<void> {
    return this.#turns.run('', turnMs, async () => {
      if (this.#closed) throw new CodedError('ERR_TOKEN_NOT_FOUND');
      const changed = await this.#cards.look();
      this.#lookLater();
      this.#sessions.dropAbsent(this.#cards.present);
      if (!changed) return;
      for (const listener of this.#listeners) listener();
    });
  }

  /** For a card that gave no clear answer: nothing else may tell that it would now. */
  #lookLater(): void {
    clearTimeout(this.#later);
    const wait = this.#cards.retryInMs;
    if (wait === null || this.#closed) return;
    this.#later = setTimeout(() => void this.#lookQuietly(), wait);
    this.#later.unref();
  }

  /** A look that fails says nothing to anyone; the next call will. */
  async #lookQuietly(): Promise<void> {
    try {
      if (!this.#closed) await this.#look();
    } catch (error) {
      if (!isCodedError(error)) throw error;
    }
  }
}
