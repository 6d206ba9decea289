import type { Params } from '@onelock/core/contract';
import type { Connection } from './connection.ts';
import { ownError } from './errors.ts';
import { bytesFromBase64, bytesToBase64 } from './wire/base64.ts';

/** What file calls take as `file`. */
export type StreamSource = Extract<Params<'signFile'>['file'], { readonly kind: 'stream' }>;
/** What file calls take as `target`. */
export type StreamTarget = Extract<Params<'encryptFile'>['target'], { readonly kind: 'stream' }>;

export interface ReceivedStream {
  readonly target: StreamTarget;
  /** To be read once the call was made; what nobody reads is not sent. Ends when the file does; errors when the connection is lost. */
  readonly bytes: ReadableStream<Uint8Array>;
}

/** What the agent says of one stream. */
export type StreamListener = (method: string, params: Readonly<Record<string, unknown>>) => void;

const chunkBytes = 192 * 1024;
/** Chunks that wait to be read: a little more than one, so that neither side stands still. */
const chunksAhead = 4;

let streams = 0;
/** Unique on a connection, and there is one per page and client. */
function newStream(): string {
  streams += 1;
  return `s-${Math.random().toString(36).slice(2, 8)}-${streams}`;
}

/**
 * Offers a file of the page to one call: it is read piece by piece, as the agent asks for it, and never as a whole.
 *
 * @param name  for the agent's window; a File has its own
 */
export function offerStream(connection: Connection, source: Blob | Uint8Array, name?: string): StreamSource {
  const stream = newStream();
  const size = source instanceof Uint8Array ? source.length : source.size;
  const shown = name ?? ('name' in source && typeof source.name === 'string' ? source.name : undefined);
  let sequence = 0;
  let sending = Promise.resolve();
  const sendNext = async (): Promise<void> => {
    const begin = sequence * chunkBytes;
    if (begin > size || (begin === size && size > 0)) return;
    const last = begin + chunkBytes >= size;
    const data = bytesToBase64(await piece(source, begin, begin + chunkBytes));
    connection.tell('chunk', { stream, sequence, data, last });
    sequence += 1;
    if (last) connection.hear(stream, undefined);
  };
  connection.hear(stream, (method, { chunks }) => {
    if (method !== 'credit' || typeof chunks !== 'number') return;
    for (let left = Math.min(chunks, 64); left > 0; left -= 1)
      // A file that cannot be read any more: the agent gives up when nothing comes.
      sending = sending.then(sendNext).catch(() => connection.hear(stream, undefined));
  });
  return { kind: 'stream', stream, size, ...(shown === undefined || shown === '' ? {} : { name: shown.slice(-255) }) };
}

/** Takes what one call hands out, as fast as it is read. */
export function receiveStream(connection: Connection): ReceivedStream {
  const stream = newStream();
  let expected = 0;
  let asked = 0;
  const stop = (): void => connection.hear(stream, undefined);
  const bytes = new ReadableStream<Uint8Array>(
    {
      start(controller) {
        connection.hear(stream, (method, params) => {
          if (method === 'lost') {
            stop();
            controller.error(ownError('ERR_SDK_CONNECTION_LOST'));
          }
          if (method !== 'chunk') return;
          const data = typeof params.data === 'string' ? bytesFromBase64(params.data) : null;
          if (data === null || params.sequence !== expected) {
            stop();
            controller.error(ownError('ERR_SDK_PROTOCOL', { detail: 'chunk' }));
            return;
          }
          expected += 1;
          asked -= 1;
          if (data.length > 0) controller.enqueue(data);
          if (params.last === true) {
            stop();
            controller.close();
          } else if (data.length === 0) ask(1);
        });
      },
      pull: () => ask(chunksAhead - asked),
      cancel: stop,
    },
    { highWaterMark: chunksAhead },
  );
  function ask(chunks: number): void {
    if (chunks <= 0) return;
    asked += chunks;
    connection.tell('credit', { stream, chunks });
  }
  return { target: { kind: 'stream', stream }, bytes };
}

async function piece(source: Blob | Uint8Array, begin: number, end: number): Promise<Uint8Array> {
  if (source instanceof Uint8Array) return source.subarray(begin, end);
  return new Uint8Array(await source.slice(begin, end).arrayBuffer());
}
