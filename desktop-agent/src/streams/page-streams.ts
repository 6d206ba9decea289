import type { StreamChunk } from '@onelock/core/contract';
import { CodedError } from '@onelock/core/errors';
import type { Connection } from '../transport/connection.ts';
import { InboundStream } from './inbound-stream.ts';
import { OutboundStream } from './outbound-stream.ts';

/** Streams open at once on one connection: a batch reads one after the other, a call has at most two. */
const maxOpen = 16;

/** The streams of one page's connection, each open for the length of one call. */
export class PageStreams {
  readonly #connection: Connection;
  readonly #inbound = new Map<string, InboundStream>();
  readonly #outbound = new Map<string, OutboundStream>();
  readonly #early = new Map<string, number>();

  constructor(connection: Connection) {
    this.#connection = connection;
    connection.closed.addEventListener('abort', () => {
      const gone = new CodedError('ERR_USER_CANCELLED');
      for (const stream of [...this.#inbound.values(), ...this.#outbound.values()]) stream.fail(gone);
    });
  }

  /** Whether a chunk for this stream was allowed; such chunks are bounded by credit and by nothing else. */
  expects(stream: string): boolean {
    return this.#inbound.get(stream)?.expects === true;
  }

  /** @returns whether anybody waits for it */
  accept(chunk: StreamChunk): boolean {
    const stream = this.#inbound.get(chunk.stream);
    stream?.accept(chunk);
    return stream !== undefined;
  }

  /** A page gives its first credit along with the call, before anything is ready to be sent. */
  allow(stream: string, chunks: number): void {
    const outbound = this.#outbound.get(stream);
    if (outbound !== undefined) outbound.allow(chunks);
    else if (this.#early.has(stream) || this.#early.size < maxOpen)
      this.#early.set(stream, (this.#early.get(stream) ?? 0) + chunks);
  }

  /**
   * Reads what the page streams.
   *
   * @param size    bytes, as announced; more or fewer break the stream
   * @param signal  ends it
   * @throws {CodedError} ERR_STREAM_BROKEN { stream, detail }, ERR_USER_CANCELLED
   */
  async *read(stream: string, size: number, signal: AbortSignal): AsyncGenerator<Uint8Array> {
    this.#demandFree(stream);
    const inbound = new InboundStream(this.#connection, stream, size);
    const end = (): void => inbound.fail(new CodedError('ERR_USER_CANCELLED'));
    this.#inbound.set(stream, inbound);
    signal.addEventListener('abort', end, { once: true });
    if (signal.aborted) end();
    try {
      yield* inbound.read();
    } finally {
      signal.removeEventListener('abort', end);
      this.#inbound.delete(stream);
    }
  }

  /** Lets an act write to the page, and closes the stream after it. @throws {CodedError} as {@link read} */
  async write<T>(stream: string, signal: AbortSignal, act: (to: OutboundStream) => Promise<T>): Promise<T> {
    this.#demandFree(stream);
    const outbound = new OutboundStream(this.#connection, stream);
    const end = (): void => outbound.fail(new CodedError('ERR_USER_CANCELLED'));
    this.#outbound.set(stream, outbound);
    outbound.allow(this.#early.get(stream) ?? 0);
    this.#early.delete(stream);
    signal.addEventListener('abort', end, { once: true });
    if (signal.aborted) end();
    try {
      const value = await act(outbound);
      await outbound.end();
      return value;
    } finally {
      signal.removeEventListener('abort', end);
      this.#outbound.delete(stream);
    }
  }

  #demandFree(stream: string): void {
    const open = this.#inbound.size + this.#outbound.size;
    if (this.#inbound.has(stream) || this.#outbound.has(stream) || open >= maxOpen)
      throw new CodedError('ERR_STREAM_BROKEN', { stream, detail: open >= maxOpen ? 'too many' : 'in use' });
  }
}
