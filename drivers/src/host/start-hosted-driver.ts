import { CodedError, isCodedError } from '@onelock/core/errors';
import {
  type DeviceId,
  type DriverConfig,
  type DriverInfo,
  type Pin,
  parseDriverConfig,
  type SessionId,
  type SignInput,
  type TokenDevice,
  Turns,
} from '../port/index.ts';
import { DeviceStays } from './device-stays.ts';
import { HostKeeper } from './host-keeper.ts';
import type { HostedDriver, HostedDriverOptions, HostTimeouts } from './hosted-driver.ts';
import { limits, type MethodName, type MethodParams, type MethodResult } from './methods.ts';
import { acceptsParams, firstParamsError } from './protocol.ts';
import { SharedReads } from './shared-reads.ts';

const defaultTimeouts: HostTimeouts = {
  startMs: 30_000,
  listDevicesMs: 15_000,
  listIdentitiesMs: 15_000,
  pinStatusMs: 15_000,
  openSessionMs: 60_000,
  closeSessionMs: 15_000,
  signMs: 60_000,
  randomMs: 15_000,
  queueMs: 30_000,
};

/**
 * Starts one driver in its own child process and waits until it answers. From then on the host is restarted whenever
 * it ends: calls in flight fail with a code, the next call works, sessions are gone (ERR_TOKEN_SESSION_CLOSED).
 *
 * @throws {CodedError} ERR_DRIVER_CONFIG_INVALID, ERR_DRIVER_NOT_INSTALLED, ERR_DRIVER_CRASHED, ERR_DRIVER_TIMEOUT;
 *   then no process is left
 */
export async function startHostedDriver(
  config: DriverConfig,
  options: HostedDriverOptions = {},
): Promise<HostedDriver> {
  const timeouts = { ...defaultTimeouts, ...options.timeouts };
  const checked = parseDriverConfig(config);
  const keeper = new HostKeeper(checked, options, timeouts.startMs);
  const info = await keeper.start();
  return new ProcessDriver(checked, info, keeper, timeouts);
}

/** The port's calls, each in its turn, over the process that lives now. */
class ProcessDriver implements HostedDriver {
  readonly config: DriverConfig;
  readonly info: DriverInfo;
  readonly #keeper: HostKeeper;
  readonly #timeouts: HostTimeouts;
  readonly #turns = new Turns();
  readonly #reads = new SharedReads();
  readonly #stays = new DeviceStays();
  readonly #sessions = new Map<SessionId, { readonly deviceId: DeviceId; readonly generation: number }>();

  constructor(config: DriverConfig, info: DriverInfo, keeper: HostKeeper, timeouts: HostTimeouts) {
    this.config = config;
    this.info = info;
    this.#keeper = keeper;
    this.#timeouts = timeouts;
    keeper.onStatusChanged(() => this.#forgetDeadSessions());
  }

  async listDevices(): Promise<readonly TokenDevice[]> {
    return this.#read('', 'listDevices', {}, (devices) =>
      this.#stays.number(this.#keeper.generation, devices as unknown as readonly TokenDevice[]),
    );
  }

  listIdentities(deviceId: DeviceId) {
    return this.#read(deviceId, 'listIdentities', { deviceId });
  }

  pinStatus(deviceId: DeviceId) {
    return this.#read(deviceId, 'pinStatus', { deviceId });
  }

  async openSession(deviceId: DeviceId, pin: Pin): Promise<SessionId> {
    // Its own buffer: a view of a larger one would take its neighbours along into the host.
    const copy = Uint8Array.from(pin);
    try {
      return await this.#call(deviceId, 'openSession', { deviceId, pin: copy }, (id) => {
        const session = id as SessionId;
        this.#sessions.set(session, { deviceId, generation: this.#keeper.generation });
        return session;
      });
    } finally {
      copy.fill(0);
      pin.fill(0);
    }
  }

  async closeSession(session: SessionId): Promise<void> {
    const known = this.#sessions.get(session);
    this.#sessions.delete(session);
    if (known === undefined || known.generation !== this.#keeper.generation) return;
    await this.#call(known.deviceId, 'closeSession', { session });
  }

  async sign(
    session: SessionId,
    identityId: string,
    algorithm: MethodParams<'sign'>['algorithm'],
    input: SignInput,
  ): Promise<Uint8Array> {
    const known = this.#sessions.get(session);
    if (known === undefined) throw new CodedError('ERR_TOKEN_SESSION_CLOSED');
    if (input.bytes.length > limits.signInputBytes)
      throw new CodedError('ERR_DRIVER_LIMIT_EXCEEDED', { limit: limits.signInputBytes });
    return this.#call(known.deviceId, 'sign', { session, identityId, algorithm, input }, undefined, known.generation);
  }

  async random(deviceId: DeviceId, length: number): Promise<Uint8Array> {
    if (length > limits.randomBytes) throw new CodedError('ERR_DRIVER_LIMIT_EXCEEDED', { limit: limits.randomBytes });
    return this.#call(deviceId, 'random', { deviceId, length }, (bytes) => {
      if (bytes.length === length) return bytes;
      throw new CodedError('ERR_DRIVER_PROTOCOL', { driver: this.config.id, detail: 'random of another length' });
    });
  }

  onDevicesChanged(listener: () => void): () => void {
    return this.#keeper.onDevicesChanged(listener);
  }

  status() {
    return this.#keeper.status();
  }

  onStatusChanged(listener: Parameters<HostedDriver['onStatusChanged']>[0]): () => void {
    return this.#keeper.onStatusChanged(listener);
  }

  close(): Promise<void> {
    this.#sessions.clear();
    return this.#keeper.close();
  }

  /** What changes nothing is asked once for all who wait. */
  #read<Name extends 'listDevices' | 'listIdentities' | 'pinStatus', T = MethodResult<Name>>(
    deviceId: string,
    method: Name,
    params: MethodParams<Name>,
    use?: (result: MethodResult<Name>) => T,
  ): Promise<T> {
    return this.#reads.read(`${method} ${deviceId}`, (begun) =>
      this.#call(deviceId, method, params, use, undefined, begun),
    );
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
    return this.#turns.run(this.#lane(deviceId), this.#timeouts.queueMs, async () => {
      begun?.();
      const life = await this.#keeper.life();
      if (generation !== undefined && generation !== this.#keeper.generation)
        throw new CodedError('ERR_TOKEN_SESSION_CLOSED');
      try {
        return use(await life.call(method, params, this.#timeouts[`${method}Ms`]));
      } catch (error) {
        if (isCodedError(error) && error.code === 'ERR_TOKEN_SESSION_CLOSED' && 'session' in params)
          this.#sessions.delete(params.session as SessionId);
        throw error;
      }
    });
  }

  /** Most vendors' libraries bear one call at a time; file tokens get in the way of nobody but themselves. */
  #lane(deviceId: string): string {
    return this.config.family === 'soft' ? deviceId : '';
  }

  #forgetDeadSessions(): void {
    for (const [id, { generation }] of this.#sessions)
      if (generation !== this.#keeper.generation) this.#sessions.delete(id);
  }
}
