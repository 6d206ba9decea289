import type { CryptoOps, KeyEncryption, SignatureAlgorithm } from '@onelock/core/crypto';
import { createNodeCrypto } from '@onelock/core/crypto/node';
import { CodedError, isCodedError } from '@onelock/core/errors';
import { RandomWatch } from '../keys/random-watch.ts';
import {
  type DecryptionKey,
  type DeviceId,
  type DriverInfo,
  type EnvelopedKeyPair,
  type GeneratedKey,
  type KeySpec,
  type Pin,
  type PinRole,
  type PinStatus,
  type Pkcs11DriverConfig,
  type Pkcs11Mechanisms,
  type SealedContent,
  type SessionId,
  type SignInput,
  type TokenDevice,
  type TokenDriver,
  type TokenFile,
  type TokenIdentity,
  type TokenMechanism,
  Turns,
  UnsupportedMethods,
} from '../port/index.ts';
import type { Cryptoki, CryptokiModule, Handle } from './abi.ts';
import { listDataObjects, readDataObject } from './data-objects.ts';
import { describeMechanisms } from './describe-mechanisms.ts';
import { codedFailure } from './errors.ts';
import { type CertifiedKey, decryptionKeyOf, type KeyPlace, signingKeyOf } from './find-keys.ts';
import { generateOnToken } from './generate-key.ts';
import { groupIdentities } from './identities.ts';
import { importCertificateTo } from './import-certificate.ts';
import { importEncryptionKeyTo } from './import-encryption-key.ts';
import { signingIdOf } from './key-ids.ts';
import { KeyOperations } from './key-operations.ts';
import { LibraryLife } from './library-life.ts';
import { loadPkcs11Module, openLibrary } from './load-module.ts';
import { findCertificates, findPublicKeys, printable } from './objects.ts';
import { PinGiver } from './pin-giver.ts';
import { PinPad } from './pin-pad.ts';
import { type OpenSession, Pkcs11Sessions } from './pkcs11-sessions.ts';
import { SlotEvents } from './slot-events.ts';
import { type PresentToken, TokenSlots } from './token-slots.ts';

const lookMs = 700;
const eventMs = 150;
/** As many as a host tells: more would cost all. */
const maxIdentities = 128;
/** Less than the shortest time that anyone waits for an answer: a person may be typing on a device. */
const turnMs = 10_000;

/**
 * The PKCS#11 driver in this process. The agent hosts it instead, see `@onelock/drivers/host`. The library's variables
 * are set in this process; relative paths in them are taken from the current directory.
 *
 * @throws {CodedError} ERR_DRIVER_NOT_INSTALLED
 */
export async function createPkcs11Driver(config: Pkcs11DriverConfig): Promise<TokenDriver> {
  Object.assign(process.env, config.environment);
  const binding = loadPkcs11Module(config.id);
  return new Pkcs11Driver(config, openLibrary(config.id, config.library), binding, createNodeCrypto());
}

/** One call at a time, and every call but one at a PIN pad is synchronous below: most vendors' libraries bear no more. */
class Pkcs11Driver extends UnsupportedMethods implements TokenDriver {
  readonly info: DriverInfo;
  readonly #cryptoki: Cryptoki;
  readonly #ops: CryptoOps;
  readonly #sm2: Pkcs11Mechanisms['sm2'];
  readonly #slots: TokenSlots;
  readonly #pins: PinGiver;
  readonly #sessions: Pkcs11Sessions;
  readonly #keys: KeyOperations;
  readonly #events: SlotEvents;
  readonly #life: LibraryLife;
  readonly #random = new RandomWatch();
  readonly #turns = new Turns();
  readonly #listeners = new Set<() => void>();
  readonly #timers: readonly NodeJS.Timeout[];
  /** Somebody types on a device: nothing else may enter the library. */
  #atPad = false;
  #busy = 0;
  #shown: readonly TokenDevice[] = [];

  constructor(config: Pkcs11DriverConfig, cryptoki: Cryptoki, binding: CryptokiModule, ops: CryptoOps) {
    super();
    const { manufacturerID, libraryVersion } = cryptoki.C_GetInfo();
    this.info = {
      id: config.id,
      family: 'pkcs11',
      vendor: config.vendor ?? printable(manufacturerID),
      version: `${libraryVersion.major}.${libraryVersion.minor}`,
    };
    this.#cryptoki = cryptoki;
    this.#ops = ops;
    this.#sm2 = config.mechanisms?.sm2;
    const { mechanisms = {} } = config;
    this.#slots = new TokenSlots(cryptoki, mechanisms);
    this.#pins = new PinGiver(cryptoki, this.#slots, () => new PinPad(config.id, config.library), config.pin?.retries);
    const { events = 'native', contextPin = 'session' } = config.quirks ?? {};
    this.#sessions = new Pkcs11Sessions(cryptoki, this.#slots, this.#pins, contextPin === 'session');
    const library = { cryptoki, slots: this.#slots, types: binding };
    this.#keys = new KeyOperations(library, ops, mechanisms, (session) =>
      this.#padded(session.token, () => this.#sessions.authenticate(session)),
    );
    this.#events = new SlotEvents(cryptoki);
    this.#life = new LibraryLife(cryptoki);
    this.#slots.look(() => false);
    this.#timers = [
      setInterval(() => this.#lookQuietly(() => true), lookMs),
      ...(events === 'native' ? [setInterval(() => this.#lookQuietly(() => this.#events.happened()), eventMs)] : []),
    ];
    for (const timer of this.#timers) timer.unref();
  }

  async listDevices(): Promise<readonly TokenDevice[]> {
    if (this.#atPad) return this.#shown;
    return this.#turn(async () => {
      this.#look();
      this.#shown = this.#slots.present.flatMap((token) => {
        try {
          return [this.#slots.describe(token)];
        } catch (error) {
          if (!isCodedError(error)) throw error;
          // One that cannot be read does not hide the others; a call to it will say what is wrong.
          return this.#slots.holds(token) ? [this.#slots.describeUnread(token)] : [];
        }
      });
      return this.#shown;
    });
  }

  listIdentities(deviceId: DeviceId): Promise<readonly TokenIdentity[]> {
    return this.#at(deviceId, (token) =>
      this.#public(token, (session) => this.#identities(session).slice(0, maxIdentities)),
    );
  }

  pinStatus(deviceId: DeviceId, role: PinRole = 'user'): Promise<PinStatus> {
    return this.#at(deviceId, (token) => this.#pins.status(token, role));
  }

  async openSession(deviceId: DeviceId, pin: Pin): Promise<SessionId> {
    return this.#withPins([pin], deviceId, (token) => this.#sessions.open(token, pin));
  }

  override changePin(deviceId: DeviceId, oldPin: Pin, newPin: Pin): Promise<void> {
    return this.#withPins([oldPin, newPin], deviceId, (token) => this.#sessions.changePin(token, oldPin, newPin));
  }

  override unblockPin(deviceId: DeviceId, adminPin: Pin, newPin: Pin): Promise<void> {
    return this.#withPins([adminPin, newPin], deviceId, (token) => this.#sessions.unblockPin(token, adminPin, newPin));
  }

  async closeSession(session: SessionId): Promise<void> {
    await this.#turn(async () => this.#sessions.close(session));
  }

  /** Without a queue where nobody else is in the library: most signatures are one after another, by the hundred. */
  async sign(id: SessionId, identityId: string, algorithm: SignatureAlgorithm, input: SignInput): Promise<Uint8Array> {
    const find = (session: OpenSession): CertifiedKey =>
      this.#key(session, `s ${identityId}`, (place) => signingKeyOf(place, signingIdOf(identityId)));
    if (this.#busy === 0 && !this.#atPad) {
      const session = this.#sessions.demand(id);
      const signed = this.#guardNow(session.token, () => {
        const found = find(session);
        return found.key.alwaysAuthenticate ? null : this.#keys.signAtOnce(session, found, algorithm, input);
      });
      if (signed !== null) return signed;
    }
    return this.#in(id, (session) => this.#keys.sign(session, find(session), algorithm, input));
  }

  override decrypt(
    id: SessionId,
    { identityId, certificate }: DecryptionKey,
    scheme: KeyEncryption,
    ciphertext: Uint8Array,
  ): Promise<Uint8Array> {
    return this.#in(id, async (session) =>
      this.#keys.decrypt(session, this.#decryptionKey(session, identityId, certificate), scheme, ciphertext),
    );
  }

  override decryptContent(
    id: SessionId,
    { identityId, certificate }: DecryptionKey,
    scheme: KeyEncryption,
    content: SealedContent,
  ): Promise<Uint8Array> {
    return this.#in(id, async (session) =>
      this.#keys.decryptContent(session, this.#decryptionKey(session, identityId, certificate), scheme, content),
    );
  }

  override generateKeyPair(id: SessionId, keySpec: KeySpec, label: string): Promise<GeneratedKey> {
    return this.#in(id, async ({ token, handle }) => {
      const unwrapsRsa = this.#slots.contentAbilities(token).unwraps.size > 0;
      const abilities = { mechanisms: this.#slots.mechanisms(token), sm2: this.#sm2, unwrapsRsa };
      this.#slots.keysChanged(token);
      return generateOnToken(this.#cryptoki, handle, keySpec, label, abilities);
    });
  }

  override importCertificate(
    id: SessionId,
    identityId: string,
    use: 'signing' | 'encryption',
    certificate: Uint8Array,
  ): Promise<void> {
    return this.#in(id, async ({ token, handle, keys }) => {
      keys.clear();
      this.#slots.keysChanged(token);
      importCertificateTo(this.#cryptoki, handle, signingIdOf(identityId), use, certificate);
    });
  }

  override importEncryptionKeyPair(
    id: SessionId,
    identityId: string,
    pair: EnvelopedKeyPair,
    certificate: Uint8Array | null,
  ): Promise<void> {
    return this.#in(id, async (session) => {
      const { key } = this.#key(session, null, (place) => signingKeyOf(place, signingIdOf(identityId)));
      const abilities = this.#keys.decryptAbilities(session.token);
      const common = { cryptoki: this.#cryptoki, session: session.handle, ops: this.#ops, sm2: this.#sm2 };
      session.keys.clear();
      this.#slots.keysChanged(session.token);
      importEncryptionKeyTo({ ...common, abilities, signingKey: key }, signingIdOf(identityId), pair, certificate);
    });
  }

  override listFiles(deviceId: DeviceId): Promise<readonly TokenFile[]> {
    return this.#at(deviceId, (token) => this.#public(token, (session) => listDataObjects(this.#cryptoki, session)));
  }

  override readFile(deviceId: DeviceId, name: string, id: SessionId | null): Promise<Uint8Array> {
    if (id !== null) return this.#in(id, async ({ handle }) => readDataObject(this.#cryptoki, handle, name));
    return this.#at(deviceId, (token) =>
      this.#public(token, (session) => readDataObject(this.#cryptoki, session, name)),
    );
  }

  override listMechanisms(deviceId: DeviceId): Promise<readonly TokenMechanism[]> {
    return this.#at(deviceId, (token) => describeMechanisms(this.#cryptoki, token.slot));
  }

  async random(deviceId: DeviceId, length: number): Promise<Uint8Array> {
    return this.#at(deviceId, (token) => {
      if (!this.#slots.isRandom(token)) throw new CodedError('ERR_CALL_UNSUPPORTED', { call: 'generateRandom' });
      return this.#public(token, (session) => {
        try {
          const bytes = new Uint8Array(this.#cryptoki.C_GenerateRandom(session, Buffer.alloc(length)));
          return this.#random.accept('C_GenerateRandom', bytes);
        } catch (error) {
          if (isCodedError(error)) throw error;
          throw codedFailure('C_GenerateRandom', error);
        }
      });
    });
  }

  onDevicesChanged(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  async close(): Promise<void> {
    for (const timer of this.#timers) clearInterval(timer);
    this.#listeners.clear();
    await this.#turns.run('', turnMs, async () => {
      this.#sessions.closeAll();
      this.#cryptoki.C_Finalize();
      this.#cryptoki.close();
    });
  }

  #identities(session: Handle): readonly TokenIdentity[] {
    return groupIdentities(findCertificates(this.#cryptoki, session), findPublicKeys(this.#cryptoki, session));
  }

  #decryptionKey(session: OpenSession, identityId: string, certificate: Uint8Array | null): CertifiedKey {
    return this.#key(session, null, (place) => {
      const identity = this.#identities(session.handle).find((each) => each.id === identityId);
      if (identity === undefined) throw new CodedError('ERR_TOKEN_KEY_NOT_FOUND');
      return decryptionKeyOf(place, signingIdOf(identityId), identity.encryptionCertificate, certificate);
    });
  }

  /** Looked up once a session where it has a name. */
  #key(session: OpenSession, name: string | null, find: (place: KeyPlace) => CertifiedKey): CertifiedKey {
    const known = name === null ? undefined : session.keys.get(name);
    if (known !== undefined) return known;
    const found = find({ cryptoki: this.#cryptoki, session: session.handle, sm2KeyType: this.#sm2?.keyType });
    if (name !== null) session.keys.set(name, found);
    return found;
  }

  async #turn<T>(act: () => Promise<T>): Promise<T> {
    if (this.#atPad) throw new CodedError('ERR_TOKEN_BUSY');
    this.#busy += 1;
    try {
      return await this.#turns.run('', turnMs, act);
    } finally {
      this.#busy -= 1;
    }
  }

  /** Acts on the token now in that place. @throws {CodedError} ERR_TOKEN_NOT_FOUND */
  #at<T>(deviceId: DeviceId, act: (token: PresentToken) => T | Promise<T>): Promise<T> {
    return this.#turn(async () => {
      this.#look();
      const token = this.#slots.present.find(({ id }) => id === deviceId);
      if (token === undefined) throw new CodedError('ERR_TOKEN_NOT_FOUND');
      return this.#guard(token, async () => act(token));
    });
  }

  #in<T>(id: SessionId, act: (session: OpenSession) => Promise<T>): Promise<T> {
    return this.#turn(async () => {
      const session = this.#sessions.demand(id);
      return this.#guard(session.token, () => act(session));
    });
  }

  async #withPins<T>(pins: readonly Pin[], deviceId: DeviceId, act: (token: PresentToken) => Promise<T>): Promise<T> {
    try {
      return await this.#at(deviceId, (token) => this.#padded(token, () => act(token)));
    } finally {
      for (const pin of pins) pin.fill(0);
    }
  }

  /** Keeps everything else out of the library while a person types on a device. */
  async #padded<T>(token: PresentToken, act: () => Promise<T>): Promise<T> {
    this.#atPad = this.#pins.isPad(token);
    try {
      return await act();
    } finally {
      this.#atPad = false;
    }
  }

  #public<T>(token: PresentToken, act: (session: Handle) => T): T {
    const session = this.#sessions.openPublic(token);
    try {
      return act(session);
    } finally {
      this.#sessions.closePublic(session);
    }
  }

  async #guard<T>(token: PresentToken, act: () => Promise<T>): Promise<T> {
    try {
      return await act();
    } catch (error) {
      throw this.#explained(token, error);
    }
  }

  #guardNow<T>(token: PresentToken, act: () => T): T {
    try {
      return act();
    } catch (error) {
      throw this.#explained(token, error);
    }
  }

  /** Libraries name a pulled token in many ways: after a failure we look whether it is still there. */
  #explained(token: PresentToken, error: unknown): unknown {
    if (!isCodedError(error) || this.#slots.holds(token)) return error;
    this.#look();
    const options = { ...(error.native && { native: error.native }), cause: error };
    return new CodedError('ERR_TOKEN_REMOVED', {}, options);
  }

  #look(): void {
    this.#life.renew(this.#slots.unreadable, this.#sessions.busy);
    const before = this.#slots.present.length;
    const changed = this.#life.look(() => this.#slots.look((token) => this.#sessions.wasAway(token)));
    if (this.#slots.present.length > before) this.#life.tokenCame();
    if (!changed) return;
    this.#sessions.dropAbsent(this.#slots.present);
    for (const listener of this.#listeners) listener();
  }

  /** Not while a call is under way, which looks itself. A poll that fails says nothing to anyone; the next call will. */
  #lookQuietly(isWanted: () => boolean): void {
    if (this.#busy > 0) return;
    try {
      if (isWanted()) this.#look();
    } catch (error) {
      if (!isCodedError(error)) throw error;
    }
  }
}
