import { type StreamChunk, wireCredit } from '@onelock/core/contract';
import { CodedError } from '@onelock/core/errors';
import type { Connection } from '../transport/connection.ts';

/** Chunks that a page may send ahead: 2 MiB. */
const window = 8;
/** A page in a background tab is slow, not silent. */
const silenceMs = 90_000;

/** Bytes that a page streams to us, read once. The page sends only what we gave credit for. */
export class InboundStream {
  readonly #connection: Connection;
  readonly #stream: string;
  readonly #size: number;
  readonly #queue: Uint8Array[] = [];
  #credit = 0;
  #sequence = 0;
  #received = 0;
  #complete = false;
  #broken: CodedError | null = null;
  #wake: (() => void) | null = null;

  constructor(connection: Connection, stream: string, size: number) {
    this.#connection = connection;
    this.#stream = stream;
    this.#size = size;
  }

  /** Whether a chunk may come now. */
  get expects(): boolean {
    return this.#credit > 0 && this.#broken === null;
  }

  accept({ sequence, data, last }: StreamChunk): void {
    if (this.#broken !== null) return;
    const offence = this.#offence(sequence, data.length, last);
    if (offence !== null) {
      this.break(offence);
      return;
    }
    this.#credit -= 1;
    this.#sequence += 1;
    this.#received += data.length;
    this.#complete = last;
    if (data.length > 0) this.#queue.push(data);
    this.#wake?.();
  }

  break(detail: string): void {
    this.fail(new CodedError('ERR_STREAM_BROKEN', { stream: this.#stream, detail }));
  }

  fail(error: CodedError): void {
    this.#broken ??= error;
    this.#queue.length = 0;
    this.#wake?.();
  }

  /** @throws {CodedError} ERR_STREAM_BROKEN, or why the call ended */
  async *read(): AsyncGenerator<Uint8Array> {
    this.#give(window);
    for (;;) {
      const chunk = this.#queue.shift();
      if (chunk !== undefined) {
        yield chunk;
        if (!this.#complete) this.#give(1);
        continue;
      }
      if (this.#broken !== null) throw this.#broken;
      if (this.#complete) return;
      // An empty chunk uses up credit and fills no queue.
      if (this.#credit === 0) this.#give(1);
      await this.#more();
    }
  }

  #offence(sequence: number, length: number, last: boolean): string | null {
    if (this.#credit === 0) return 'a chunk without credit';
    if (this.#complete) return 'a chunk after the last';
    if (sequence !== this.#sequence) return `chunk ${this.#sequence} was expected`;
    const received = this.#received + length;
    if (received > this.#size || (last && received !== this.#size)) return `${this.#size} bytes were announced`;
    return null;
  }

  #give(chunks: number): void {
    this.#credit += chunks;
    this.#connection.send(wireCredit(this.#stream, chunks));
  }

  async #more(): Promise<void> {
    const timer = setTimeout(() => this.break('nothing came'), silenceMs);
    await new Promise<void>((resolve) => {
      this.#wake = resolve;
    });
    this.#wake = null;
    clearTimeout(timer);
  }
}
