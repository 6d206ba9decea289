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
  type SealedContent,
  type SessionId,
  type SignInput,
  type SkfDriverConfig,
  type SkfQuirks,
  type TokenDevice,
  type TokenDriver,
  type TokenFile,
  type TokenIdentity,
  type TokenMechanism,
  Turns,
  UnsupportedMethods,
} from '../port/index.ts';
import { describeAlgorithms } from './algorithms.ts';
import { decryptionKeyOf } from './container-keys.ts';
import { readIdentities, withContainer } from './containers.ts';
import { PrivateDecryption } from './decrypt.ts';
import { DeviceEvents } from './device-events.ts';
import { type PresentApplication, SkfDevices } from './devices.ts';
import { listFilesOf, readFileOf } from './files.ts';
import { generateInContainer } from './generate-key.ts';
import { importCertificateInto } from './import-certificate.ts';
import { importEncryptionKeyInto } from './import-encryption-key.ts';
import { type SkfHandle, SkfLibrary } from './library.ts';
import { describePin, readPinCount } from './pin.ts';
import { privateDecryptOf } from './private-decrypt.ts';
import { decryptInside } from './session-keys.ts';
import { signInContainer } from './sign.ts';
import { type OpenSession, SkfSessions } from './skf-sessions.ts';

const lookMs = 700;
const turnMs = 60_000;
const randomChunk = 512;
const lockMs = 5000;

/**
 * The driver of one vendor's SKF library (GM/T 0016-2012 and -2023) in this process. The agent hosts it instead, see
 * `@onelock/drivers/host`. The library's variables are set in this process; relative paths in them are taken from the
 * current directory.
 *
 * @throws {CodedError} ERR_DRIVER_NOT_INSTALLED, ERR_DRIVER_CONFIG_INVALID when the library shows another layout of
 *   structures than configured
 */
export async function createSkfDriver(config: SkfDriverConfig): Promise<TokenDriver> {
  Object.assign(process.env, config.environment);
  const { packing = defaultPacking(), ulongBytes = 4 } = config.quirks ?? {};
  const privateDecrypt = privateDecryptOf(config.quirks ?? {});
  const library = new SkfLibrary(config.id, config.library, { packing, ulongBytes }, privateDecrypt);
  const driver = new SkfDriver(config, library, createNodeCrypto());
  await driver.start();
  return driver;
}

/** The usual header says #pragma pack(1) on Windows and nothing elsewhere. */
function defaultPacking(): 'pack1' | 'natural' {
  return process.platform === 'win32' ? 'pack1' : 'natural';
}

/** One call at a time: most vendors' libraries bear no more, and SKF's unlocked state is shared by all callers. */
class SkfDriver extends UnsupportedMethods implements TokenDriver {
  readonly info: DriverInfo;
  readonly #library: SkfLibrary;
  readonly #ops: CryptoOps;
  readonly #quirks: SkfQuirks;
  readonly #devices: SkfDevices;
  readonly #sessions: SkfSessions;
  readonly #decryption: PrivateDecryption;
  readonly #random = new RandomWatch();
  readonly #turns = new Turns();
  readonly #listeners = new Set<() => void>();
  #timer: NodeJS.Timeout | null = null;
  #events: DeviceEvents | null = null;
  #busy = 0;

  constructor(config: SkfDriverConfig, library: SkfLibrary, ops: CryptoOps) {
    super();
    this.info = { id: config.id, family: 'skf', vendor: config.vendor ?? config.id, version: 'GM/T 0016' };
    this.#library = library;
    this.#ops = ops;
    // GM/T 0016 has no call for the length of a PIN: here the vendor's word is all there is.
    const { pin } = config;
    this.#quirks = { ...(pin && { pinLength: { min: pin.minLength, max: pin.maxLength } }), ...config.quirks };
    this.#devices = new SkfDevices(library, this.#quirks);
    this.#sessions = new SkfSessions(library, this.#quirks);
    this.#decryption = new PrivateDecryption(library, ops);
  }

  async start(): Promise<void> {
    await this.#devices.look();
    this.#timer = setInterval(() => void this.#lookQuietly(), lookMs);
    this.#timer.unref();
    if (this.#quirks.events === 'native')
      this.#events = new DeviceEvents(this.#library, () => void this.#lookQuietly());
  }

  listDevices(): Promise<readonly TokenDevice[]> {
    return this.#turn(async () => {
      await this.#look('of-all');
      return this.#devices.present.map((place) => this.#devices.describe(place, this.#decryption));
    });
  }

  listIdentities(deviceId: DeviceId): Promise<readonly TokenIdentity[]> {
    return this.#at(deviceId, (place) =>
      this.#withApplication(place, (application) => readIdentities(this.#library, application)),
    );
  }

  pinStatus(deviceId: DeviceId, role: PinRole = 'user'): Promise<PinStatus> {
    return this.#at(deviceId, (place) =>
      this.#withApplication(place, async (application) => {
        const count = await readPinCount(this.#library, application, role);
        const left = this.#sessions.triesLeft(place, role, count?.left ?? null);
        return describePin(count, left, this.#sessions.pinLength);
      }),
    );
  }

  async openSession(deviceId: DeviceId, pin: Pin): Promise<SessionId> {
    try {
      return await this.#at(deviceId, (place) => this.#sessions.open(place, pin));
    } finally {
      pin.fill(0);
    }
  }

  closeSession(session: SessionId): Promise<void> {
    return this.#turn(() => this.#sessions.close(session));
  }

  override async changePin(deviceId: DeviceId, oldPin: Pin, newPin: Pin): Promise<void> {
    await this.#withPins([oldPin, newPin], () =>
      this.#at(deviceId, (place) => this.#sessions.changePin(place, oldPin, newPin)),
    );
  }

  override async unblockPin(deviceId: DeviceId, adminPin: Pin, newPin: Pin): Promise<void> {
    await this.#withPins([adminPin, newPin], () =>
      this.#at(deviceId, (place) => this.#sessions.unblockPin(place, adminPin, newPin)),
    );
  }

  sign(id: SessionId, identityId: string, algorithm: SignatureAlgorithm, input: SignInput): Promise<Uint8Array> {
    const signer = { library: this.#library, ops: this.#ops, quirks: this.#quirks };
    return this.#in(id, (session) => signInContainer(signer, session, identityId, algorithm, input));
  }

  override decrypt(
    id: SessionId,
    { identityId, certificate }: DecryptionKey,
    scheme: KeyEncryption,
    ciphertext: Uint8Array,
  ): Promise<Uint8Array> {
    return this.#inContainer(id, identityId, async (container) => {
      const key = await decryptionKeyOf(this.#library, container, certificate);
      return this.#decryption.decrypt(container, key, scheme, ciphertext);
    });
  }

  override decryptContent(
    id: SessionId,
    { identityId, certificate }: DecryptionKey,
    scheme: KeyEncryption,
    content: SealedContent,
  ): Promise<Uint8Array> {
    return this.#inContainer(id, identityId, async (container) => {
      const key = await decryptionKeyOf(this.#library, container, certificate);
      return decryptInside(this.#library, container, key, scheme, content);
    });
  }

  override generateKeyPair(id: SessionId, keySpec: KeySpec, label: string): Promise<GeneratedKey> {
    return this.#in(id, ({ application }) =>
      generateInContainer(this.#library, application, this.#quirks, keySpec, label),
    );
  }

  override importCertificate(
    id: SessionId,
    identityId: string,
    use: 'signing' | 'encryption',
    certificate: Uint8Array,
  ): Promise<void> {
    return this.#inContainer(id, identityId, (container) =>
      importCertificateInto(this.#library, container, use, certificate),
    );
  }

  override importEncryptionKeyPair(
    id: SessionId,
    identityId: string,
    pair: EnvelopedKeyPair,
    certificate: Uint8Array | null,
  ): Promise<void> {
    const importer = { library: this.#library, ops: this.#ops, quirks: this.#quirks, decryption: this.#decryption };
    return this.#inContainer(id, identityId, (container) =>
      importEncryptionKeyInto(importer, container, pair, certificate),
    );
  }

  override listFiles(deviceId: DeviceId): Promise<readonly TokenFile[]> {
    return this.#at(deviceId, (place) =>
      this.#withApplication(place, (application) => listFilesOf(this.#library, application)),
    );
  }

  override readFile(deviceId: DeviceId, name: string, id: SessionId | null): Promise<Uint8Array> {
    if (id !== null) return this.#in(id, ({ application }) => readFileOf(this.#library, application, name));
    return this.#at(deviceId, (place) =>
      this.#withApplication(place, (application) => readFileOf(this.#library, application, name)),
    );
  }

  override listMechanisms(deviceId: DeviceId): Promise<readonly TokenMechanism[]> {
    return this.#at(deviceId, async ({ device }) => describeAlgorithms(device.info));
  }

  random(deviceId: DeviceId, length: number): Promise<Uint8Array> {
    return this.#at(deviceId, async ({ device }) => {
      const bytes = Buffer.alloc(length);
      for (let at = 0; at < length; at += randomChunk) {
        const chunk = Buffer.alloc(Math.min(randomChunk, length - at));
        await this.#library.call('SKF_GenRandom', device.handle, chunk, chunk.length);
        bytes.set(this.#random.accept('SKF_GenRandom', chunk), at);
      }
      return new Uint8Array(bytes);
    });
  }

  onDevicesChanged(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  async close(): Promise<void> {
    if (this.#timer !== null) clearInterval(this.#timer);
    this.#listeners.clear();
    const silent = this.#events === null || (await this.#events.stop());
    await this.#turn(async () => {
      await this.#sessions.closeAll();
      await this.#devices.close();
      if (silent) this.#library.unload();
    });
  }

  async #turn<T>(act: () => Promise<T>): Promise<T> {
    this.#busy += 1;
    try {
      return await this.#turns.run('', turnMs, act);
    } finally {
      this.#busy -= 1;
    }
  }

  /** Acts on what is there now. @throws {CodedError} ERR_TOKEN_NOT_FOUND */
  #at<T>(deviceId: DeviceId, act: (place: PresentApplication) => Promise<T>): Promise<T> {
    return this.#turn(async () => {
      await this.#look('of-new');
      const place = this.#devices.present.find(({ id }) => id === deviceId);
      if (place === undefined) throw new CodedError('ERR_TOKEN_NOT_FOUND');
      return this.#guard(place, () => act(place));
    });
  }

  /** Acts in an open session, with the device locked. */
  #in<T>(id: SessionId, act: (session: OpenSession) => Promise<T>): Promise<T> {
    return this.#turn(async () => {
      const session = this.#sessions.demand(id);
      return this.#guard(session.place, () => this.#locked(session, () => act(session)));
    });
  }

  #inContainer<T>(id: SessionId, identityId: string, act: (container: SkfHandle) => Promise<T>): Promise<T> {
    return this.#in(id, ({ application }) => withContainer(this.#library, application, identityId, act));
  }

  async #withPins(pins: readonly Pin[], act: () => Promise<void>): Promise<void> {
    try {
      await act();
    } finally {
      for (const pin of pins) pin.fill(0);
    }
  }

  async #withApplication<T>(place: PresentApplication, act: (application: SkfHandle) => Promise<T>): Promise<T> {
    const application = await this.#sessions.openApplication(place);
    try {
      return await act(application);
    } finally {
      await this.#sessions.closeApplication(application);
    }
  }

  /** Keeps other programs out between the calls of one act; a library that has no locks is used without. */
  async #locked<T>({ place: { device } }: OpenSession, act: () => Promise<T>): Promise<T> {
    if (this.#quirks.lock === 'none') return act();
    const locked = (await this.#library.tryCall('SKF_LockDev', device.handle, lockMs)) === 0;
    try {
      return await act();
    } finally {
      if (locked) await this.#library.tryCall('SKF_UnlockDev', device.handle);
    }
  }

  /** Libraries name a pulled key in many ways: after a failure we look whether it is still there. */
  async #guard<T>(place: PresentApplication, act: () => Promise<T>): Promise<T> {
    try {
      return await act();
    } catch (error) {
      if (!isCodedError(error) || (await this.#devices.holds(place.device))) throw error;
      await this.#lookAfterFailure();
      const options = { ...(error.native && { native: error.native }), cause: error };
      throw new CodedError('ERR_TOKEN_REMOVED', {}, options);
    }
  }

  async #look(applications: 'of-new' | 'of-all'): Promise<void> {
    const changed = await this.#devices.look(applications);
    this.#sessions.dropAbsent(this.#devices);
    if (!changed) return;
    for (const listener of this.#listeners) listener();
  }

  /** What failed is told; that looking failed as well adds nothing. */
  async #lookAfterFailure(): Promise<void> {
    try {
      await this.#look('of-new');
    } catch (error) {
      if (!isCodedError(error)) throw error;
    }
  }

  /** Not while a call is under way, which looks itself. A look that fails says nothing to anyone; the next call will. */
  async #lookQuietly(): Promise<void> {
    if (this.#busy > 0) return;
    await this.#turn(() => this.#lookAfterFailure());
  }
}
