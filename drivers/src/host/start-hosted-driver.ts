import { CodedError, isCodedError } from '@onelock/core/errors';
import {
  type DecryptionKey,
  type DeviceId,
  type DriverConfig,
  type DriverInfo,
  type EnvelopedKeyPair,
  type KeySpec,
  type Pin,
  type PinRole,
  parseDriverConfig,
  type SealedContent,
  type SessionId,
  type SignInput,
  type TokenDevice,
  Turns,
} from '../port/index.ts';
import { demandLength, tooLong } from './demand-length.ts';
import { DeviceStays } from './device-stays.ts';
import { HostKeeper } from './host-keeper.ts';
import type { HostedDriver, HostedDriverOptions, HostTimeouts } from './hosted-driver.ts';
import { deviceLockName, processLocks } from './locks.ts';
import { limits, type MethodName, type MethodParams, type MethodResult } from './methods.ts';
import { OpenSessions } from './open-sessions.ts';
import { acceptsParams, firstParamsError } from './protocol.ts';
import { deviceKey, sharedDevices } from './shared-devices.ts';
import { SharedReads } from './shared-reads.ts';
import { shortenedInput } from './shorten-input.ts';
import { SignTrain } from './sign-train.ts';
import { SpentTries } from './spent-tries.ts';
import { callTimeMs, defaultTimeouts } from './timeouts.ts';

/** How long a key that another program uses is waited for: one call of it, not its whole work. */
const deviceLockMs = 2000;
const defaultProgram = 'onelock';

/**
 * Starts one driver in its own child process and waits until it answers. From then on the host is restarted whenever
 * it ends: calls in flight fail with a code, the next call works, sessions are gone (ERR_TOKEN_SESSION_CLOSED).
 *
 * @throws {CodedError} ERR_DRIVER_CONFIG_INVALID, ERR_DRIVER_NOT_INSTALLED, ERR_DRIVER_CRASHED, ERR_DRIVER_TIMEOUT,
 *   ERR_DRIVER_IN_USE when another process has a host for the same; then no process is left
 */
export async function startHostedDriver(
  config: DriverConfig,
  options: HostedDriverOptions = {},
): Promise<HostedDriver> {
  const timeouts = { ...defaultTimeouts, ...options.timeouts };
  const checked = parseDriverConfig(config);
  const keeper = new HostKeeper(checked, options, timeouts.startMs);
  const info = await keeper.start();
  return new ProcessDriver(checked, info, keeper, timeouts, options.program ?? defaultProgram);
}

/** The port's calls, each in its turn, over the process that lives now. */
class ProcessDriver implements HostedDriver {
  readonly config: DriverConfig;
  readonly info: DriverInfo;
  readonly #keeper: HostKeeper;
  readonly #timeouts: HostTimeouts;
  readonly #turns = new Turns();
  readonly #trains = new Map<string, SignTrain>();
  readonly #reads = new SharedReads();
  readonly #stays = new DeviceStays();
  readonly #program: string;
  /** What each device that was shown is known by. */
  #keys: ReadonlyMap<string, string> = new Map();
  readonly #sessions = new OpenSessions();
  /** Devices whose PIN is typed on themselves, as far as one of them has said so. */
  readonly #pads = new Set<string>();
  readonly #tries: SpentTries;
  #acting = 0;

  constructor(config: DriverConfig, info: DriverInfo, keeper: HostKeeper, timeouts: HostTimeouts, program: string) {
    this.#program = program;
    this.config = config;
    this.info = info;
    this.#keeper = keeper;
    this.#timeouts = timeouts;
    this.#tries = new SpentTries(config.pin?.retries);
    keeper.onStatusChanged(() => this.#sessions.forgetAllBut(keeper.generation));
  }

  async listDevices(): Promise<readonly TokenDevice[]> {
    return this.#read('', 'listDevices', {}, (found) => {
      const devices = this.#stays.number(this.#keeper.generation, found as unknown as readonly TokenDevice[]);
      this.#keys = new Map(devices.map(({ id, serialNumber }) => [id, deviceKey(serialNumber)]));
      sharedDevices.note(this, devices);
      this.#tries.keepFor(devices);
      return devices;
    });
  }

  listIdentities(deviceId: DeviceId) {
    return this.#read(deviceId, 'listIdentities', { deviceId });
  }

  pinStatus(deviceId: DeviceId, role?: PinRole) {
    return this.#read(deviceId, 'pinStatus', role === undefined ? { deviceId } : { deviceId, role }, (status) => {
      if (status.typedOnDevice === true) this.#pads.add(deviceId);
      else this.#pads.delete(deviceId);
      return this.#tries.describe(deviceId, role ?? 'user', this.#keeper.generation, status);
    });
  }

  openSession(deviceId: DeviceId, pin: Pin): Promise<SessionId> {
    const isForPad = pin.length === 0;
    return this.#withPins([pin], ([copy]) =>
      this.#spend(deviceId, 'user', () =>
        this.#call(deviceId, 'openSession', { deviceId, pin: copy }, (id) => {
          const session = id as SessionId;
          if (isForPad) this.#pads.add(deviceId);
          this.#sessions.add(session, deviceId, this.#keeper.generation, this.#lockOf(deviceId));
          return session;
        }),
      ),
    );
  }

  async closeSession(session: SessionId): Promise<void> {
    const known = this.#sessions.find(session);
    this.#sessions.forget(session);
    if (known === undefined || known.generation !== this.#keeper.generation) return;
    await this.#call(known.deviceId, 'closeSession', { session });
  }

  async sign(
    session: SessionId,
    identityId: string,
    algorithm: MethodParams<'sign'>['algorithm'],
    input: SignInput,
  ): Promise<Uint8Array> {
    demandLength(input.bytes, limits.signInputBytes);
    const params = { session, identityId, algorithm, input: shortenedInput(this.config.family, algorithm, input) };
    const known = this.#sessions.demand(session);
    if (!acceptsParams('sign', params)) throw new CodedError('ERR_REQUEST_INVALID', firstParamsError('sign', params));
    try {
      this.#acting += 1;
      return await this.#trainFor(known.deviceId).sign(params, known.generation);
    } catch (error) {
      if (isCodedError(error) && error.code === 'ERR_TOKEN_SESSION_CLOSED') this.#sessions.forget(session);
      throw error;
    } finally {
      this.#acting -= 1;
    }
  }

  async decrypt(
    session: SessionId,
    key: DecryptionKey,
    scheme: MethodParams<'decrypt'>['scheme'],
    ciphertext: Uint8Array,
  ): Promise<Uint8Array> {
    return this.#callInSession('decrypt', { session, key, scheme, ciphertext });
  }

  async decryptContent(
    session: SessionId,
    key: DecryptionKey,
    scheme: MethodParams<'decryptContent'>['scheme'],
    content: SealedContent,
  ): Promise<Uint8Array> {
    demandLength(content.ciphertext, limits.contentPartBytes);
    return this.#callInSession('decryptContent', { session, key, scheme, content });
  }

  async changePin(deviceId: DeviceId, oldPin: Pin, newPin: Pin): Promise<void> {
    await this.#withPins([oldPin, newPin], ([old, fresh]) =>
      this.#spend(deviceId, 'user', () => this.#call(deviceId, 'changePin', { deviceId, oldPin: old, newPin: fresh })),
    );
  }

  async unblockPin(deviceId: DeviceId, adminPin: Pin, newPin: Pin): Promise<void> {
    await this.#withPins([adminPin, newPin], ([admin, fresh]) =>
      this.#spend(deviceId, 'admin', () =>
        this.#call(deviceId, 'unblockPin', { deviceId, adminPin: admin, newPin: fresh }),
      ),
    );
    this.#tries.right(deviceId, 'user');
  }

  requestUnblock(deviceId: DeviceId) {
    return this.#call(deviceId, 'requestUnblock', { deviceId });
  }

  async finishUnblock(deviceId: DeviceId, response: Uint8Array, newPin: Pin): Promise<void> {
    await this.#withPins([newPin], ([fresh]) =>
      this.#call(deviceId, 'finishUnblock', { deviceId, response, newPin: fresh }),
    );
    this.#tries.right(deviceId, 'user');
  }

  generateKeyPair(session: SessionId, keySpec: KeySpec, label: string) {
    return this.#callInSession('generateKeyPair', { session, keySpec, label });
  }

  async importCertificate(
    session: SessionId,
    identityId: string,
    use: 'signing' | 'encryption',
    certificate: Uint8Array,
  ): Promise<void> {
    await this.#callInSession('importCertificate', { session, identityId, use, certificate });
  }

  async importEncryptionKeyPair(
    session: SessionId,
    identityId: string,
    pair: EnvelopedKeyPair,
    certificate: Uint8Array | null,
  ): Promise<void> {
    await this.#callInSession('importEncryptionKeyPair', { session, identityId, pair, certificate });
  }

  listFiles(deviceId: DeviceId) {
    return this.#call(deviceId, 'listFiles', { deviceId });
  }

  readFile(deviceId: DeviceId, name: string, session: SessionId | null): Promise<Uint8Array> {
    if (session === null) return this.#call(deviceId, 'readFile', { deviceId, name, session });
    return this.#callInSession('readFile', { deviceId, name, session });
  }

  listMechanisms(deviceId: DeviceId) {
    return this.#call(deviceId, 'listMechanisms', { deviceId });
  }

  async random(deviceId: DeviceId, length: number): Promise<Uint8Array> {
    if (length > limits.randomBytes) throw tooLong(limits.randomBytes);
    return this.#call(deviceId, 'random', { deviceId, length }, (bytes) => {
      if (bytes.length === length) return bytes;
      throw new CodedError('ERR_DRIVER_PROTOCOL', { driver: this.config.id, detail: 'random of another length' });
    });
  }

  onDevicesChanged(listener: () => void): () => void {
    return this.#keeper.onDevicesChanged(listener);
  }

  status() {
    return { ...this.#keeper.status(), inUse: this.#sessions.size > 0 || this.#acting > 0 };
  }

  onStatusChanged(listener: Parameters<HostedDriver['onStatusChanged']>[0]): () => void {
    return this.#keeper.onStatusChanged(listener);
  }

  async close(): Promise<void> {
    sharedDevices.forget(this);
    await this.#keeper.close();
    this.#sessions.forgetAll();
  }

  /** What changes nothing is asked once for all who wait. */
  #read<Name extends 'listDevices' | 'listIdentities' | 'pinStatus', T = MethodResult<Name>>(
    deviceId: string,
    method: Name,
    params: MethodParams<Name>,
    use?: (result: MethodResult<Name>) => T,
  ): Promise<T> {
    return this.#reads.read(`${method} ${'role' in params ? params.role : ''} ${deviceId}`, (begun) =>
      this.#call(deviceId, method, params, use, undefined, begun),
    );
  }

  /** @throws {CodedError} ERR_TOKEN_SESSION_CLOSED */
  async #callInSession<Name extends MethodName>(
    method: Name,
    params: MethodParams<Name> & { readonly session: string },
  ): Promise<MethodResult<Name>> {
    const known = this.#sessions.demand(params.session as SessionId);
    return this.#call(known.deviceId, method, params, undefined, known.generation);
  }

  /** What may cost a try. */
  async #spend<T>(deviceId: DeviceId, role: PinRole, act: () => Promise<T>): Promise<T> {
    try {
      const done = await act();
      this.#tries.right(deviceId, role);
      return done;
    } catch (error) {
      throw this.#tries.failed(deviceId, role, this.#keeper.generation, error);
    }
  }

  /** Each in its own buffer: a view of a larger one would take its neighbours along into the host. All are wiped. */
  async #withPins<const Pins extends readonly Pin[], T>(
    pins: Pins,
    act: (copies: { readonly [Index in keyof Pins]: Uint8Array }) => Promise<T>,
  ): Promise<T> {
    const copies = pins.map((pin) => Uint8Array.from(pin));
    try {
      return await act(copies as unknown as { readonly [Index in keyof Pins]: Uint8Array });
    } finally {
      for (const bytes of [...copies, ...pins]) bytes.fill(0);
    }
  }

  /** `generation` demands that very life of the host: what a session belongs to. */
  async #call<Name extends MethodName, T = MethodResult<Name>>(
    deviceId: string,
    method: Name,
    params: MethodParams<Name>,
    use: (result: MethodResult<Name>) => T = (result) => result as T,
    generation?: number,
    begun?: () => void,
  ): Promise<T> {
    if (!acceptsParams(method, params)) throw new CodedError('ERR_REQUEST_INVALID', firstParamsError(method, params));
    const reads = begun !== undefined;
    if (!reads) this.#acting += 1;
    try {
      return await this.#turn(deviceId, method, params, use, generation, begun);
    } finally {
      if (!reads) this.#acting -= 1;
    }
  }

  #turn<Name extends MethodName, T>(
    deviceId: string,
    method: Name,
    params: MethodParams<Name>,
    use: (result: MethodResult<Name>) => T,
    generation: number | undefined,
    begun: (() => void) | undefined,
  ): Promise<T> {
    return this.#turns.run(this.#lane(deviceId, method), this.#timeouts.queueMs, async () => {
      begun?.();
      const life = await this.#keeper.life();
      if (generation !== undefined && generation !== this.#keeper.generation)
        throw new CodedError('ERR_TOKEN_SESSION_CLOSED');
      try {
        const timeoutMs = callTimeMs(this.#timeouts, method, params, this.#pads.has(deviceId));
        const call = (): Promise<MethodResult<Name>> => life.call(method, params, timeoutMs);
        return use(await this.#guard(deviceId, call));
      } catch (error) {
        if (isCodedError(error) && error.code === 'ERR_TOKEN_SESSION_CLOSED' && 'session' in params)
          this.#sessions.forget(params.session as SessionId);
        throw error;
      }
    });
  }

  #trainFor(deviceId: DeviceId): SignTrain {
    const lane = this.#lane(deviceId, 'sign');
    const known = this.#trains.get(lane);
    if (known !== undefined) return known;
    const train = new SignTrain({
      lane,
      turns: this.#turns,
      queueMs: this.#timeouts.queueMs,
      signMs: ({ session }) => callTimeMs(this.#timeouts, 'sign', { session }, this.#isPadOf(session as SessionId)),
      life: async () => ({ life: await this.#keeper.life(), generation: this.#keeper.generation }),
      guard: (act) => this.#guard(deviceId, act),
    });
    this.#trains.set(lane, train);
    return train;
  }

  /** No other host is at the device meanwhile. @throws {CodedError} ERR_TOKEN_BUSY, ERR_TOKEN_IN_USE */
  #guard<T>(deviceId: string, act: () => Promise<T>): Promise<T> {
    const key = this.#keys.get(deviceId);
    if (key === undefined) return act();
    const name = this.#lockOf(deviceId);
    return sharedDevices.run(key, this.#timeouts.queueMs, name === null ? act : () => this.#locked(name, act));
  }

  async #locked<T>(name: string, act: () => Promise<T>): Promise<T> {
    if (!processLocks.join(name)) {
      const holder = await processLocks.take(name, this.#program, deviceLockMs);
      if (holder !== null) throw new CodedError('ERR_TOKEN_IN_USE', { ...holder });
    }
    try {
      return await act();
    } finally {
      void processLocks.release(name, true);
    }
  }

  /** null where the driver's own lock says it all: nobody else has the files of a folder. */
  #lockOf(deviceId: string): string | null {
    const key = this.#keys.get(deviceId);
    return key === undefined || this.config.family === 'soft' ? null : deviceLockName(key);
  }

  /**
   * Most vendors' libraries bear one call at a time; file tokens get in the way of nobody but themselves, and give random bytes
   * beside whatever they are at.
   */
  #lane(deviceId: string, method: MethodName): string {
    if (this.config.family !== 'soft') return '';
    return method === 'random' ? `random ${deviceId}` : deviceId;
  }

  #isPadOf(session: SessionId): boolean {
    return this.#pads.has(this.#sessions.find(session)?.deviceId ?? '');
  }
}
