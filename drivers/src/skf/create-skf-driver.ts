import type { CryptoOps, SignatureAlgorithm } from '@onelock/core/crypto';
import { createNodeCrypto } from '@onelock/core/crypto/node';
import { CodedError, isCodedError } from '@onelock/core/errors';
import {
  type DeviceId,
  type DriverInfo,
  type Pin,
  type PinStatus,
  type SessionId,
  type SignInput,
  type SkfDriverConfig,
  type SkfQuirks,
  type TokenDevice,
  type TokenDriver,
  type TokenIdentity,
  Turns,
  UnsupportedMethods,
} from '../port/index.ts';
import { readIdentities } from './containers.ts';
import { DeviceEvents } from './device-events.ts';
import { type PresentApplication, SkfDevices } from './devices.ts';
import { type SkfHandle, SkfLibrary } from './library.ts';
import { describePin, readPinCount } from './pin.ts';
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
  const library = new SkfLibrary(config.id, config.library, { packing, ulongBytes });
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
    this.#quirks = config.quirks ?? {};
    this.#devices = new SkfDevices(library, this.#quirks);
    this.#sessions = new SkfSessions(library, this.#quirks);
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
      return Promise.all(this.#devices.present.map((place) => this.#devices.describe(place)));
    });
  }

  listIdentities(deviceId: DeviceId): Promise<readonly TokenIdentity[]> {
    return this.#at(deviceId, (place) =>
      this.#withApplication(place, (application) => readIdentities(this.#library, application)),
    );
  }

  pinStatus(deviceId: DeviceId): Promise<PinStatus> {
    return this.#at(deviceId, (place) =>
      this.#withApplication(place, async (application) => {
        const count = await readPinCount(this.#library, application);
        const left = this.#sessions.triesLeft(place, count?.left ?? null);
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

  sign(id: SessionId, identityId: string, algorithm: SignatureAlgorithm, input: SignInput): Promise<Uint8Array> {
    return this.#turn(async () => {
      const session = this.#sessions.demand(id);
      const signer = { library: this.#library, ops: this.#ops, quirks: this.#quirks };
      return this.#guard(session.place, () =>
        this.#locked(session, () => signInContainer(signer, session, identityId, algorithm, input)),
      );
    });
  }

  random(deviceId: DeviceId, length: number): Promise<Uint8Array> {
    return this.#at(deviceId, async ({ device }) => {
      const bytes = Buffer.alloc(length);
      for (let at = 0; at < length; at += randomChunk) {
        const chunk = Buffer.alloc(Math.min(randomChunk, length - at));
        await this.#library.call('SKF_GenRandom', device.handle, chunk, chunk.length);
        bytes.set(chunk, at);
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
