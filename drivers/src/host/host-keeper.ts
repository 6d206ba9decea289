import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';
import { CodedError, isCodedError } from '@onelock/core/errors';
import type { DriverConfig, DriverInfo } from '../port/index.ts';
import { handOver } from '../process/hand-over.ts';
import { hostUserFor } from '../process/host-user.ts';
import type { LockHolder } from '../process/named-lock.ts';
import { spawnRestricted } from '../process/spawn-restricted.ts';
import { type NetworkAccess, withoutNetwork } from '../process/without-network.ts';
import { HostLife } from './host-life.ts';
import type { HostEvent, HostedDriverOptions, HostStatus } from './hosted-driver.ts';
import { driverLockName, processLocks } from './locks.ts';

const maxDelayMs = 30_000;
/** A life this long ends a row of failures. */
const steadyMs = 30_000;
/** Failures that count of hosts that worked meanwhile. */
const maxRowOfUseful = 1;
/** A call rather fails than waits longer for the host to come back. */
const patienceMs = 5000;
/** A program that is on its way out, such as an agent that restarts, gets this long to let go. */
const lockPatienceMs = 2000;

const defaultEntry = new URL(import.meta.url.endsWith('.ts') ? './child-main.ts' : './child-main.js', import.meta.url);

/** Keeps one host process alive: starts it, replaces it when it ends, and tells who listens. */
export class HostKeeper {
  readonly #config: DriverConfig;
  readonly #options: HostedDriverOptions;
  readonly #startTimeoutMs: number;
  readonly #statusListeners = new Set<(event: HostEvent) => void>();
  readonly #deviceListeners = new Set<() => void>();
  /** The newest process, running or not yet. */
  #life: HostLife | null = null;
  #running: HostLife | null = null;
  #next: Promise<HostLife>;
  #restartAt = 0;
  #failuresInARow = 0;
  #startedAt = 0;
  #lastFailure: CodedError | null = null;
  #generation = 0;
  #lockName: string | null = null;
  readonly #closing = new AbortController();

  constructor(config: DriverConfig, options: HostedDriverOptions, startTimeoutMs: number) {
    this.#config = config;
    this.#options = options;
    this.#startTimeoutMs = startTimeoutMs;
    this.#next = Promise.reject(this.#closedError());
    this.#next.catch(() => undefined);
  }

  get generation(): number {
    return this.#generation;
  }

  /** The first start. A failure here is the caller's: nothing is retried and no process is left. */
  async start(): Promise<DriverInfo> {
    try {
      await this.#lock();
      const { life, info } = await this.#startLife();
      this.#next = Promise.resolve(life);
      return info;
    } catch (error) {
      await this.close();
      throw this.#coded(error);
    }
  }

  /**
   * The process that lives now, or the next one when it comes soon.
   * @throws {CodedError} ERR_DRIVER_CLOSED, or the last failure while the driver keeps failing
   */
  async life(): Promise<HostLife> {
    if (this.#closing.signal.aborted) throw this.#closedError();
    if (this.#lastFailure !== null && this.#restartAt - performance.now() > patienceMs) throw this.#lastFailure;
    return this.#next;
  }

  status(): Omit<HostStatus, 'inUse'> {
    const failure = this.#lastFailure;
    return {
      state: this.#closing.signal.aborted ? 'closed' : this.#running === null ? 'restarting' : 'running',
      generation: this.#generation,
      pid: this.#life?.pid ?? null,
      network: networkOf(this.#config),
      lastFailure: failure === null ? null : { code: failure.code, params: failure.params },
    };
  }

  onStatusChanged(listener: (event: HostEvent) => void): () => void {
    this.#statusListeners.add(listener);
    return () => this.#statusListeners.delete(listener);
  }

  onDevicesChanged(listener: () => void): () => void {
    this.#deviceListeners.add(listener);
    return () => this.#deviceListeners.delete(listener);
  }

  async close(): Promise<void> {
    this.#closing.abort();
    await this.#life?.close();
    if (this.#lockName !== null) await processLocks.release(this.#lockName, false);
    this.#lockName = null;
    this.#statusListeners.clear();
    this.#deviceListeners.clear();
  }

  /** @throws {CodedError} ERR_DRIVER_NOT_INSTALLED where this process may not make a local socket: nor could it have a host */
  async #takeLock(name: string): Promise<LockHolder | null> {
    try {
      return await processLocks.take(name, this.#options.program ?? 'onelock', lockPatienceMs);
    } catch (cause) {
      const detail = cause instanceof Error ? cause.message.slice(0, 200) : String(cause);
      throw new CodedError('ERR_DRIVER_NOT_INSTALLED', { driver: this.#config.id, detail }, { cause });
    }
  }

  /** Held over all lives of the host. @throws {CodedError} ERR_DRIVER_IN_USE */
  async #lock(): Promise<void> {
    const name = driverLockName(this.#config);
    const holder = await this.#takeLock(name);
    if (holder !== null) throw new CodedError('ERR_DRIVER_IN_USE', { driver: this.#config.id, ...holder });
    this.#lockName = name;
  }

  async #startLife(): Promise<{ readonly life: HostLife; readonly info: DriverInfo }> {
    const config = this.#config;
    const user = hostUserFor(config);
    const folder = config.family === 'soft' ? config.folder : config.stateFolder;
    if (folder !== undefined) handOver(folder, user);
    this.#generation += 1;
    this.#startedAt = performance.now();
    const child = this.#spawn();
    if (child.pid === undefined) throw await notStarted(config.id, child);
    const life = new HostLife(config.id, child, {
      devicesChanged: () => this.#devicesChanged(),
      failed: (reason) => this.#failed(life, reason),
    });
    this.#life = life;
    const info = await life.start(config, user, this.#startTimeoutMs);
    this.#running = life;
    return { life, info };
  }

  #spawn(): ChildProcess {
    const { limits = {}, standardError = 'ignore', entry = defaultEntry } = this.#options;
    return spawnRestricted({
      entry,
      environment: this.#config.family === 'soft' ? {} : (this.#config.environment ?? {}),
      standardError,
      pipe: true,
      openFiles: limits.openFiles ?? 256,
      dataMegabytes: limits.dataMegabytes ?? 1024,
      heapMegabytes: limits.heapMegabytes ?? 128,
      network: mayUseNetwork(this.#config) ? 'allowed' : 'none',
      addons: this.#config.family === 'soft' ? 'refuse' : 'allow',
    });
  }

  /** A life that fails before it ran is told to whoever started it. */
  #failed(life: HostLife, reason: CodedError): void {
    if (this.#running !== life) return;
    this.#running = null;
    this.#lastFailure = reason;
    if (performance.now() - this.#startedAt > steadyMs) this.#failuresInARow = 0;
    // One that did its work before it failed is not a host that cannot run: it is back soon, however often.
    else if (life.hasServed) this.#failuresInARow = Math.min(this.#failuresInARow, maxRowOfUseful);
    this.#scheduleRestart(life);
    this.#tell({ kind: 'crashed', driver: this.#config.id, generation: this.#generation, code: reason.code });
  }

  #scheduleRestart(previous: HostLife | null): void {
    const { restartDelayMs = 250 } = this.#options;
    const delayMs = this.#failuresInARow === 0 ? 0 : restartDelayMs * 2 ** (this.#failuresInARow - 1);
    this.#failuresInARow += 1;
    this.#restartAt = performance.now() + Math.min(delayMs, maxDelayMs);
    this.#next = this.#restart(previous, Math.min(delayMs, maxDelayMs));
    // Whoever calls meanwhile gets the failure; nobody need be calling.
    this.#next.catch(() => undefined);
  }

  async #restart(previous: HostLife | null, delayMs: number): Promise<HostLife> {
    await Promise.all([previous?.gone, this.#pause(delayMs)]);
    // It may have been closed while the pause was over and the last process not gone.
    if (this.#closing.signal.aborted) throw this.#closedError();
    try {
      const { life } = await this.#startLife();
      this.#tell({ kind: 'restarted', driver: this.#config.id, generation: this.#generation });
      this.#devicesChanged();
      return life;
    } catch (error) {
      if (this.#closing.signal.aborted) throw this.#closedError();
      this.#lastFailure = this.#coded(error);
      this.#scheduleRestart(this.#life);
      throw this.#lastFailure;
    }
  }

  async #pause(delayMs: number): Promise<void> {
    try {
      await delay(delayMs, undefined, { signal: this.#closing.signal });
    } catch {
      throw this.#closedError();
    }
  }

  #tell(event: HostEvent): void {
    for (const listener of this.#statusListeners) listener(event);
  }

  #devicesChanged(): void {
    for (const listener of this.#deviceListeners) listener();
  }

  /** What the system refuses before there is any process, such as a handle, has no code of its own. */
  #coded(error: unknown): CodedError {
    return isCodedError(error)
      ? error
      : new CodedError('ERR_DRIVER_CRASHED', { driver: this.#config.id }, { cause: error });
  }

  #closedError(): CodedError {
    return new CodedError('ERR_DRIVER_CLOSED', { driver: this.#config.id });
  }
}

/** Nothing of the process is there then but its error, which is still to come. */
async function notStarted(driver: string, child: ChildProcess): Promise<CodedError> {
  const [cause] = await once(child, 'error');
  const detail = cause instanceof Error ? cause.message.slice(0, 200) : '';
  const isForNow = ['EMFILE', 'ENFILE', 'EAGAIN', 'ENOMEM'].some((code) => detail.includes(code));
  if (isForNow) return new CodedError('ERR_DRIVER_CRASHED', { driver }, { cause });
  return new CodedError('ERR_DRIVER_NOT_INSTALLED', { driver, detail }, { cause });
}

function mayUseNetwork(config: DriverConfig): boolean {
  return 'network' in config && config.network === 'allowed';
}

function networkOf(config: DriverConfig): NetworkAccess {
  if (mayUseNetwork(config)) return 'allowed';
  return withoutNetwork() === null ? 'not-enforced' : 'none';
}
