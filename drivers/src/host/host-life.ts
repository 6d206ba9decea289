import type { ChildProcess } from 'node:child_process';
import { Duplex } from 'node:stream';
import { CodedError } from '@onelock/core/errors';
import type { DriverConfig, DriverInfo } from '../port/index.ts';
import { type FailureBody, restoreError } from '../process/failure.ts';
import type { HostUser } from '../process/host-user.ts';
import { Offspring } from '../process/offspring.ts';
import type { MethodName, MethodParams, MethodResult } from './methods.ts';
import { acceptsResult, fromHost, type ToHost } from './protocol.ts';
import { type Numbered, type SignJob, signPipe } from './sign-frames.ts';
import { SignPipe } from './sign-pipe.ts';

interface PendingCall {
  readonly method: MethodName;
  readonly resolve: (value: never) => void;
  readonly reject: (error: CodedError) => void;
  /** null behind another of its train: its time begins when it comes first. */
  readonly timer: NodeJS.Timeout | null;
}

/** Calls of one lane that the host has, in their order. */
interface Train {
  readonly ids: Set<number>;
  timeoutMs: number;
  timer: NodeJS.Timeout;
}

export interface LifeEvents {
  devicesChanged(): void;
  /** Once, when the host died, hung or broke the protocol. Its process may still be on the way out: see `gone`. */
  failed(reason: CodedError): void;
}

const maxNoticesPerWindow = 100;
const noticeWindowMs = 10_000;
const closeGraceMs = 2000;
/** A host needs longer than this before it loads any library. */
const offspringLookMs = 10;

/** One host process from its start to its end. What breaks the rules of the channel is killed. */
export class HostLife {
  readonly #child: ChildProcess;
  readonly #signs: SignPipe | null;
  readonly #driver: string;
  readonly #events: LifeEvents;
  readonly #pending = new Map<number, PendingCall>();
  readonly #trains = new Map<string, Train>();
  readonly #ready = Promise.withResolvers<DriverInfo>();
  readonly #gone = Promise.withResolvers<void>();
  #offspring: Offspring | null = null;
  #nextId = 1;
  #hasServed = false;
  #notices = 0;
  #noticesSince = performance.now();
  #state: 'starting' | 'ready' | 'closing' | 'failed' | 'ended' = 'starting';

  constructor(driver: string, child: ChildProcess, events: LifeEvents) {
    this.#driver = driver;
    this.#child = child;
    this.#events = events;
    this.#ready.promise.catch(() => undefined);
    child.on('message', (message: unknown, handle: unknown) => this.#receive(message, handle));
    child.once('error', (cause) => {
      this.#fail(new CodedError('ERR_DRIVER_NOT_INSTALLED', { driver, detail: cause.message }, { cause }));
      if (child.pid === undefined) this.#exited();
    });
    child.once('disconnect', () => this.#fail(this.#crashed()));
    this.#signs = this.#openSigns(child.stdio[signPipe]);
    child.once('exit', () => this.#exited());
  }

  get pid(): number | null {
    return this.#state === 'starting' || this.#state === 'ready' ? (this.#child.pid ?? null) : null;
  }

  get isRunning(): boolean {
    return this.#state === 'ready';
  }

  /** Whether it has answered a call otherwise than by failing. */
  get hasServed(): boolean {
    return this.#hasServed;
  }

  /** Settles when no process is left. */
  get gone(): Promise<void> {
    return this.#gone.promise;
  }

  /** @throws {CodedError} what the host said, ERR_DRIVER_TIMEOUT, ERR_DRIVER_CRASHED, ERR_DRIVER_PROTOCOL */
  async start(config: DriverConfig, user: HostUser | null, timeoutMs: number): Promise<DriverInfo> {
    const timer = this.#expire(timeoutMs);
    const looks = setInterval(() => this.#knowOffspring(), offspringLookMs);
    this.#tell({ type: 'start', config, user });
    try {
      return await this.#ready.promise;
    } finally {
      clearTimeout(timer);
      clearInterval(looks);
    }
  }

  /** @throws {CodedError} what the driver said, or ERR_DRIVER_TIMEOUT, ERR_DRIVER_CRASHED, ERR_DRIVER_PROTOCOL */
  call<Name extends MethodName>(
    method: Name,
    params: MethodParams<Name>,
    timeoutMs: number,
  ): Promise<MethodResult<Name>> {
    if (this.#state !== 'ready') return Promise.reject(this.#crashed());
    const id = this.#nextId++;
    const { promise, resolve, reject } = Promise.withResolvers<MethodResult<Name>>();
    this.#pending.set(id, { method, resolve, reject, timer: this.#expire(timeoutMs, id) });
    this.#tell({ type: 'call', id, method, params });
    return promise;
  }

  /**
   * Signatures of one job, made one after the other. Each has its time from the moment that the one before it is done.
   *
   * @throws {CodedError} each as {@link call}
   */
  sign(job: SignJob, inputs: readonly Uint8Array[], timeoutMs: number): readonly Promise<MethodResult<'sign'>>[] {
    const pipe = this.#signs;
    if (this.#state !== 'ready' || pipe === null) return inputs.map(() => Promise.reject(this.#crashed()));
    const train = this.#trainOf(job.lane, timeoutMs);
    const first = this.#nextId;
    const answers = inputs.map(() => {
      const id = this.#nextId++;
      const { promise, resolve, reject } = Promise.withResolvers<MethodResult<'sign'>>();
      this.#pending.set(id, { method: 'sign', resolve, reject, timer: null });
      train.ids.add(id);
      return promise;
    });
    pipe.ask(job, { first, parts: inputs });
    return answers;
  }

  /** Asks the host to leave, makes it leave, and waits until it has. */
  async close(): Promise<void> {
    if (this.#state === 'starting' || this.#state === 'ready') {
      this.#tell({ type: 'close' });
      this.#state = 'closing';
      this.#rejectAll(new CodedError('ERR_DRIVER_CLOSED', { driver: this.#driver }));
    }
    const timer = setTimeout(() => this.#child.kill('SIGKILL'), closeGraceMs);
    await this.gone;
    clearTimeout(timer);
  }

  /** The longest time that one of its calls may take holds for all of them. */
  #trainOf(lane: string, timeoutMs: number): Train {
    const known = this.#trains.get(lane);
    if (known !== undefined && known.timeoutMs >= timeoutMs) return known;
    if (known !== undefined) clearTimeout(known.timer);
    const timer = this.#expireTrain(lane, timeoutMs);
    const train = known ?? { ids: new Set<number>(), timeoutMs, timer };
    this.#trains.set(lane, Object.assign(train, { timeoutMs, timer }));
    return train;
  }

  #expire(timeoutMs: number, id?: number): NodeJS.Timeout {
    return setTimeout(() => {
      const error = new CodedError('ERR_DRIVER_TIMEOUT', { driver: this.#driver, timeoutMs });
      if (id !== undefined) this.#settle(id)?.reject(error);
      this.#fail(error);
    }, timeoutMs);
  }

  #expireTrain(lane: string, timeoutMs: number): NodeJS.Timeout {
    return setTimeout(() => {
      const error = new CodedError('ERR_DRIVER_TIMEOUT', { driver: this.#driver, timeoutMs });
      const [first] = this.#trains.get(lane)?.ids ?? [];
      if (first !== undefined) this.#settle(first)?.reject(error);
      this.#fail(error);
    }, timeoutMs);
  }

  #tell(message: ToHost): void {
    // A closed channel is reported by `exit`; the callback keeps it from becoming an uncaught error.
    this.#child.send(message, () => undefined);
  }

  #receive(message: unknown, handle: unknown): void {
    if (this.#state !== 'starting' && this.#state !== 'ready') return;
    const offence = handle === undefined ? this.#understand(message) : 'sent a handle';
    if (offence !== null) this.#offended(offence);
  }

  #offended(rule: string): void {
    this.#fail(new CodedError('ERR_DRIVER_PROTOCOL', { driver: this.#driver, detail: rule }));
  }

  /** null where the process could not be started. */
  #openSigns(stream: unknown): SignPipe | null {
    if (!(stream instanceof Duplex)) return null;
    return new SignPipe(stream, {
      signed: (signatures) => {
        if (this.#state === 'ready') return this.#signed(signatures);
        return this.#state === 'starting' ? 'signature before ready' : null;
      },
      broken: (rule) => this.#offended(rule),
      closed: () => this.#fail(this.#crashed()),
    });
  }

  /** @returns the rule that the host broke, or null */
  #understand(message: unknown): string | null {
    if (!fromHost.Check(message)) return 'message out of shape';
    switch (message.type) {
      case 'ready':
        return this.#started(message.info);
      case 'start-failed':
        return this.#notStarted(message.error);
      case 'result':
        return this.#answered(message.id, message.value);
      case 'failure':
        return this.#refused(message.id, message.error);
      case 'devices-changed':
        return this.#noticed();
    }
  }

  #started(info: DriverInfo): string | null {
    if (this.#state !== 'starting') return 'ready twice';
    this.#state = 'ready';
    this.#knowOffspring();
    this.#ready.resolve(info);
    return null;
  }

  /** By what its processes are known when it is gone: it has that as soon as it runs, and cannot be asked when it is dead. */
  #knowOffspring(): void {
    if (this.#state === 'starting' || this.#state === 'ready') this.#offspring ??= Offspring.of(this.#child.pid ?? 0);
  }

  #notStarted(body: FailureBody): string | null {
    const error = restoreError(body);
    if (error === null) return 'unknown error code';
    if (this.#state !== 'starting') return 'start failed after ready';
    this.#fail(error);
    return null;
  }

  #answered(id: number, value: unknown): string | null {
    const method = this.#pending.get(id)?.method;
    if (method === undefined) return 'answer to no call';
    if (!acceptsResult(method, value)) return `answer to ${method} out of shape`;
    this.#hasServed = true;
    this.#settle(id)?.resolve(value as never);
    return null;
  }

  #signed({ first, parts }: Numbered): string | null {
    for (const [index, signature] of parts.entries()) {
      const id = first + index;
      if (this.#pending.get(id)?.method !== 'sign') return 'signature for no call';
      this.#settle(id)?.resolve(signature as never);
    }
    this.#hasServed = true;
    return null;
  }

  #refused(id: number, body: FailureBody): string | null {
    const error = restoreError(body);
    if (error === null) return 'unknown error code';
    const call = this.#settle(id);
    call?.reject(error);
    return call === undefined ? 'answer to no call' : null;
  }

  #noticed(): string | null {
    const now = performance.now();
    if (now - this.#noticesSince > noticeWindowMs) {
      this.#noticesSince = now;
      this.#notices = 0;
    }
    this.#notices += 1;
    if (this.#notices > maxNoticesPerWindow) return 'too many notices';
    this.#events.devicesChanged();
    return null;
  }

  #settle(id: number): PendingCall | undefined {
    const call = this.#pending.get(id);
    if (call === undefined) return undefined;
    this.#pending.delete(id);
    if (call.timer === null) this.#leaveTrain(id);
    else clearTimeout(call.timer);
    return call;
  }

  #leaveTrain(id: number): void {
    for (const [lane, { ids, timer }] of this.#trains) {
      if (!ids.delete(id)) continue;
      if (ids.size > 0) timer.refresh();
      else {
        clearTimeout(timer);
        this.#trains.delete(lane);
      }
      return;
    }
  }

  /** Ends the process for a reason; calls in flight learn it at once, not when the system has reaped it. */
  #fail(reason: CodedError): void {
    if (this.#state !== 'starting' && this.#state !== 'ready') return;
    this.#knowOffspring();
    this.#state = 'failed';
    this.#child.kill('SIGKILL');
    this.#ready.reject(reason);
    this.#rejectAll(reason.code === 'ERR_DRIVER_PROTOCOL' ? reason : this.#crashed());
    this.#events.failed(reason);
  }

  #exited(): void {
    this.#fail(this.#crashed());
    this.#signs?.destroy();
    this.#offspring?.end();
    this.#offspring = null;
    this.#state = 'ended';
    this.#gone.resolve();
  }

  #rejectAll(error: CodedError): void {
    this.#ready.reject(error);
    for (const id of [...this.#pending.keys()]) this.#settle(id)?.reject(error);
  }

  #crashed(): CodedError {
    return new CodedError('ERR_DRIVER_CRASHED', { driver: this.#driver });
  }
}
