import { setImmediate } from 'node:timers';
import { CodedError } from '@onelock/core/errors';
import type { Turns } from '../port/index.ts';
import type { HostLife } from './host-life.ts';
import type { MethodParams, MethodResult } from './methods.ts';
import { maxTrain } from './protocol.ts';

type SignParams = MethodParams<'sign'>;
type Signature = MethodResult<'sign'>;

interface Waiting {
  readonly params: SignParams;
  /** The life of the host that the session belongs to. */
  readonly generation: number;
  resolve(signature: Signature): void;
  reject(error: unknown): void;
  readonly timer: NodeJS.Timeout;
}

export interface TrainOptions {
  readonly lane: string;
  readonly turns: Turns;
  readonly queueMs: number;
  readonly signMs: number;
  /** The host that lives now, and which of its lives that is. */
  life(): Promise<{ readonly life: HostLife; readonly generation: number }>;
  /** Runs what goes to the token when no other host is at it. */
  guard<T>(act: () => Promise<T>): Promise<T>;
}

/** What waits for a token is sent ahead only as far as the token does in this time, so that others soon get their turn. */
const aheadMs = 20;
const longestWaitMs = 2 ** 31 - 1;

/**
 * Signatures that wait for one token go to its host in trains: on a quick token a message costs as much as a signature. A slow
 * one gets them one by one, as everything else.
 */
export class SignTrain {
  readonly #options: TrainOptions;
  readonly #waiting = new Set<Waiting>();
  #running = false;
  /** Of one signature, as the last ones took; slow until it has shown itself quick. */
  #pace = aheadMs;

  constructor(options: TrainOptions) {
    this.#options = options;
  }

  /** @throws {CodedError} ERR_TOKEN_BUSY, ERR_TOKEN_SESSION_CLOSED, and what the host says */
  sign(params: SignParams, generation: number): Promise<Signature> {
    const { promise, resolve, reject } = Promise.withResolvers<Signature>();
    const timer = setTimeout(() => {
      this.#waiting.delete(call);
      reject(new CodedError('ERR_TOKEN_BUSY'));
    }, this.#options.queueMs);
    const call: Waiting = { params, generation, resolve, reject, timer };
    this.#waiting.add(call);
    if (!this.#running) void this.#run();
    return promise;
  }

  async #run(): Promise<void> {
    this.#running = true;
    const { turns, lane } = this.#options;
    while (this.#waiting.size > 0) await turns.run(lane, longestWaitMs, (isWaitedFor) => this.#turn(isWaitedFor));
    this.#running = false;
  }

  async #turn(isWaitedFor: () => boolean): Promise<void> {
    try {
      const { life, generation } = await this.#options.life();
      await this.#options.guard(() => this.#drive(life, generation, isWaitedFor));
    } catch (error) {
      // The host did not come back: nobody who waits would fare better.
      for (const call of this.#take(this.#waiting.size)) call.reject(error);
    }
  }

  /** Keeps the host supplied until nobody waits, or somebody else waits for the token. */
  #drive(life: HostLife, generation: number, isWaitedFor: () => boolean): Promise<void> {
    let begun = 0;
    let under = 0;
    return new Promise((resolve) => {
      let due = false;
      const settled = (): void => {
        under -= 1;
        if (due) return;
        due = true;
        // Callers that got an answer in this message ask for more before the next train leaves.
        setImmediate(pump);
      };
      const pump = (): void => {
        due = false;
        const enough = isWaitedFor() && begun >= this.#length;
        // What waits when a host ends is for the next one, which knows none of its sessions.
        const room = enough || !life.isRunning ? 0 : this.#length - under;
        const calls = this.#take(room);
        begun += calls.length;
        under += calls.length;
        this.#send(life, generation, calls, settled);
        if (under === 0) resolve();
      };
      pump();
    });
  }

  get #length(): number {
    return Math.max(1, Math.min(maxTrain, Math.floor(aheadMs / this.#pace)));
  }

  #send(life: HostLife, generation: number, calls: readonly Waiting[], settled: () => void): void {
    const alive = calls.filter((call) => call.generation === generation);
    for (const call of calls) {
      if (call.generation === generation) continue;
      call.reject(new CodedError('ERR_TOKEN_SESSION_CLOSED'));
      queueMicrotask(settled);
    }
    if (alive.length === 0) return;
    const { lane, signMs } = this.#options;
    const began = performance.now();
    const answers = life.callTrain(
      lane,
      'sign',
      alive.map(({ params }) => params),
      signMs,
    );
    for (const [index, answer] of answers.entries()) {
      const call = alive[index];
      answer.then(
        (signature) => {
          this.#keepPace((performance.now() - began) / (index + 1));
          call?.resolve(signature);
          settled();
        },
        (error) => {
          call?.reject(error);
          settled();
        },
      );
    }
  }

  /** Quick ones are believed slowly, slow ones at once. */
  #keepPace(ms: number): void {
    this.#pace = ms > this.#pace ? ms : this.#pace + (ms - this.#pace) / 4;
  }

  #take(count: number): readonly Waiting[] {
    const taken: Waiting[] = [];
    for (const call of this.#waiting) {
      if (taken.length >= count) break;
      clearTimeout(call.timer);
      this.#waiting.delete(call);
      taken.push(call);
    }
    return taken;
  }
}
