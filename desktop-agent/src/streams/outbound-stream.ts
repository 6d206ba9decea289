import { wireChunk } from '@onelock/core/contract';
import { CodedError } from '@onelock/core/errors';
import type { Connection } from '../transport/connection.ts';

const chunkBytes = 256 * 1024;
const maxCredit = 64;
const silenceMs = 90_000;

/** Bytes that we stream to a page, no faster than it gives credit. */
export class OutboundStream {
  readonly #connection: Connection;
  readonly #stream: string;
  #credit = 0;
  #sequence = 0;
  #broken: CodedError | null = null;
  #wake: (() => void) | null = null;

  constructor(connection: Connection, stream: string) {
    this.#connection = connection;
    this.#stream = stream;
  }

  allow(chunks: number): void {
    this.#credit = Math.min(this.#credit + chunks, maxCredit);
    this.#wake?.();
  }

  fail(error: CodedError): void {
    this.#broken ??= error;
    this.#wake?.();
  }

  /** @throws {CodedError} ERR_STREAM_BROKEN, or why the call ended */
  async write(bytes: Uint8Array): Promise<void> {
    for (let begin = 0; begin < bytes.length; begin += chunkBytes)
      await this.#send(bytes.subarray(begin, begin + chunkBytes), false);
  }

  async end(): Promise<void> {
    await this.#send(new Uint8Array(0), true);
  }

  async #send(data: Uint8Array, last: boolean): Promise<void> {
    while (this.#credit === 0 && this.#broken === null) await this.#more();
    if (this.#broken !== null) throw this.#broken;
    this.#credit -= 1;
    this.#connection.send(wireChunk({ stream: this.#stream, sequence: this.#sequence, data, last }));
    this.#sequence += 1;
  }

  async #more(): Promise<void> {
    const detail = 'the page takes nothing';
    const timer = setTimeout(
      () => this.fail(new CodedError('ERR_STREAM_BROKEN', { stream: this.#stream, detail })),
      silenceMs,
    );
    await new Promise<void>((resolve) => {
      this.#wake = resolve;
    });
    this.#wake = null;
    clearTimeout(timer);
  }
}
