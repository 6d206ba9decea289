import type { Duplex } from 'node:stream';
import { isSameJob } from './same-job.ts';
import {
  decodeSignatures,
  encodeInputs,
  encodeJob,
  FrameReader,
  inputsBytes,
  longestFrame,
  type Numbered,
  type SignJob,
} from './sign-frames.ts';

export interface SignPipeEvents {
  /** @returns the rule that these signatures break, or null */
  signed(signatures: Numbered): string | null;
  /** The host said what it must not. */
  broken(rule: string): void;
  closed(): void;
}

/** The agent's end of the pipe of signatures, for one life of a host. */
export class SignPipe {
  readonly #stream: Duplex;
  readonly #events: SignPipeEvents;
  readonly #reader = new FrameReader(longestFrame.fromHost);
  #job: SignJob | null = null;

  constructor(stream: Duplex, events: SignPipeEvents) {
    this.#stream = stream;
    this.#events = events;
    stream.on('data', (piece: Buffer) => this.#read(piece));
    // What failed is told by `close`, which follows.
    stream.on('error', () => undefined);
    stream.once('close', () => events.closed());
  }

  ask(job: SignJob, { first, parts }: Numbered): void {
    if (this.#job === null || !isSameJob(this.#job, job)) this.#stream.write(encodeJob(job));
    this.#job = job;
    for (const [from, to] of frameBounds(parts))
      this.#stream.write(encodeInputs({ first: first + from, parts: parts.slice(from, to) }));
  }

  destroy(): void {
    this.#stream.destroy();
  }

  #read(piece: Buffer): void {
    const frames = this.#reader.read(piece);
    const rule = frames === null ? 'frame too long' : this.#understand(frames);
    if (rule !== null) this.#events.broken(rule);
  }

  #understand(frames: readonly Buffer[]): string | null {
    for (const frame of frames) {
      const signatures = decodeSignatures(frame);
      const rule = signatures === null ? 'frame out of shape' : this.#events.signed(signatures);
      if (rule !== null) return rule;
    }
    return null;
  }
}

/** Where one frame ends and the next begins. */
function* frameBounds(parts: readonly Uint8Array[]): Generator<readonly [number, number]> {
  let from = 0;
  let bytes = 0;
  for (const [index, { length }] of parts.entries()) {
    if (index > from && bytes + length > inputsBytes) {
      yield [from, index];
      from = index;
      bytes = 0;
    }
    bytes += length;
  }
  if (from < parts.length) yield [from, parts.length];
}
