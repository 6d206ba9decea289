import { setImmediate } from 'node:timers';
import { CodedError } from '@onelock/core/errors';
import type { Turns } from '../port/index.ts';
import type { HostLife } from './host-life.ts';
import type { MethodParams, MethodResult } from './methods.ts';
import { isSameJob } from './same-job.ts';
import { maxTrain, type SignJob } from './sign-frames.ts';
import { StayAwake } from './stay-awake.ts';

type SignParams = MethodParams<'sign'>;
type Signature = MethodResult<'sign'>;

interface Waiting {
  readonly job: SignJob;
  readonly bytes: Uint8Array;
  /** The life of the host that the session belongs to. */
  readonly generation: number;
  resolve(signature: Signature): void;
  reject(error: unknown): void;
  /** On the clock of `performance`. */
  readonly givesUpAt: number;
}

export interface TrainOptions {
  readonly lane: string;
  readonly turns: Turns;
  readonly queueMs: number;
  /** How long one signature may take. */
  signMs(job: SignJob): number;
  /** The host that lives now, and which of its lives that is. */
  life(): Promise<{ readonly life: HostLife; readonly generation: number }>;
  /** Runs what goes to the token when no other host is at it. */
  guard<T>(act: () => Promise<T>): Promise<T>;
}

/** What waits for a token is sent ahead only as far as the token does in this time, so that others soon get their turn. */
const aheadMs = 20;
const longestWaitMs = 2 ** 31 - 1;
/** Signatures that take less are awaited awake: of tokens in software and HSMs. No key on USB is as quick. */
const awakeMs = 2;
/** Of the usual time: no answer comes sooner. Where more than one is under way the host has enough to do, and none is urgent. */
const soonestShare = 0.8;

/**
 * Signatures that wait for one token go to its host in trains: on a quick token a message costs as much as a signature. A slow
 * one gets them one by one, as everything else.
 */
export class SignTrain {
  readonly #options: TrainOptions;
  /** In the order in which they came, and so in which they give up. */
  readonly #waiting = new Set<Waiting>();
  #patience: NodeJS.Timeout | null = null;
  #running = false;
  readonly #awake = new StayAwake(awakeMs);
  /** Of one signature, as the last ones took; slow until it has shown itself quick. */
  #pace = aheadMs;

  constructor(options: TrainOptions) {
    this.#options = options;
  }

  /** @throws {CodedError} ERR_TOKEN_BUSY, ERR_TOKEN_SESSION_CLOSED, and what the host says */
  sign(params: SignParams, generation: number): Promise<Signature> {
    const { promise, resolve, reject } = Promise.withResolvers<Signature>();
    const { queueMs, lane } = this.#options;
    const { session, identityId, algorithm, input } = params;
    const job = { lane, session, identityId, algorithm, kind: input.kind };
    const givesUpAt = performance.now() + queueMs;
    this.#waiting.add({ job, bytes: input.bytes, generation, resolve, reject, givesUpAt });
    this.#patience ??= setTimeout(this.#giveUp, queueMs).unref();
    if (!this.#running) void this.#run();
    return promise;
  }

  /** One timer for all who wait: setting one for each would cost as much as the rest of the way. */
  readonly #giveUp = (): void => {
    const now = performance.now();
    this.#patience = null;
    for (const call of this.#waiting) {
      if (call.givesUpAt > now) {
        this.#patience = setTimeout(this.#giveUp, Math.ceil(call.givesUpAt - now)).unref();
        return;
      }
      this.#waiting.delete(call);
      call.reject(new CodedError('ERR_TOKEN_BUSY'));
    }
  };

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
        if (under > 0) {
          if (this.#pace < awakeMs) this.#awake.expect(under > 1 ? awakeMs : this.#pace * soonestShare);
          return;
        }
        this.#awake.rest();
        resolve();
      };
      pump();
    });
  }

  get #length(): number {
    return Math.max(1, Math.min(maxTrain, Math.floor(aheadMs / this.#pace)));
  }

  #send(life: HostLife, generation: number, calls: readonly Waiting[], settled: () => void): void {
    let train: Waiting[] = [];
    for (const call of calls) {
      if (call.generation !== generation) {
        call.reject(new CodedError('ERR_TOKEN_SESSION_CLOSED'));
        queueMicrotask(settled);
        continue;
      }
      const [first] = train;
      if (first !== undefined && !isSameJob(first.job, call.job)) {
        this.#sendJob(life, first.job, train, settled);
        train = [];
      }
      train.push(call);
    }
    if (train[0] !== undefined) this.#sendJob(life, train[0].job, train, settled);
  }

  #sendJob(life: HostLife, job: SignJob, calls: readonly Waiting[], settled: () => void): void {
    const inputs = calls.map(({ bytes }) => bytes);
    const began = performance.now();
    const answers = life.sign(job, inputs, this.#options.signMs(job));
    for (const [index, answer] of answers.entries()) {
      const call = calls[index];
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
      this.#waiting.delete(call);
      taken.push(call);
    }
    return taken;
  }
}
