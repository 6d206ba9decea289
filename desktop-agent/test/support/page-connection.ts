import { type RequestOptions, request } from 'node:http';
import {
  type CallName,
  contractVersion,
  decodeResult,
  type EventName,
  type EventPayload,
  encodeParams,
  type Params,
  type Result,
  type StreamChunk,
  wireChunk,
  wireCredit,
  wirePath,
  wireSubprotocol,
} from '@onelock/core/contract';
import { CodedError, type ErrorCode, type ErrorParams } from '@onelock/core/errors';
import { WebSocket } from 'ws';
import { within } from './agent-process.ts';

export const site = 'https://ggzy.example.gov.cn';

interface Reply {
  readonly id: string | null;
  readonly result?: unknown;
  readonly error?: {
    readonly data: { readonly code: ErrorCode; readonly params: ErrorParams; readonly callId: string | null };
  };
  readonly method?: string;
  readonly params?: { readonly name: EventName; readonly payload: unknown };
}

/** What a page's script can do with the agent, hostile acts included. */
export interface PageConnection {
  call<C extends CallName>(call: C, params: Params<C>, id?: string): Promise<Result<C>>;
  /** A request as raw JSON values, unchecked; its answer's result, or a CodedError. */
  raw(method: string, params: unknown, id?: string): Promise<unknown>;
  /** Any text as one frame; gives the next message that is no event. */
  sendText(text: string): Promise<Reply>;
  sendBinary(bytes: Uint8Array): void;
  notify(method: string, params: unknown): void;
  nextEvent<E extends EventName>(name: E, timeoutMs?: number): Promise<EventPayload<E>>;
  /** Streams bytes to the agent as it gives credit; `damage` changes what is sent. */
  stream(
    bytes: Uint8Array,
    options?: StreamOptions,
  ): { readonly kind: 'stream'; readonly stream: string; readonly size: number };
  /** Takes what the agent streams. */
  take(): {
    readonly target: { readonly kind: 'stream'; readonly stream: string };
    readonly bytes: Promise<Uint8Array>;
    received(): number;
  };
  readonly events: readonly { readonly name: EventName; readonly payload: unknown }[];
  /** Settles with the close status. */
  readonly closed: Promise<number>;
  close(): Promise<void>;
}

export interface StreamOptions {
  readonly chunkBytes?: number;
  readonly damage?: (chunk: StreamChunk) => object | null;
}

let nextId = 0;

export async function connectPage(
  port: number,
  options: { readonly origin?: string; readonly greet?: 'yes' | 'no'; readonly address?: string } = {},
): Promise<PageConnection> {
  const socket = new WebSocket(`ws://${options.address ?? '127.0.0.1'}:${port}${wirePath}`, wireSubprotocol, {
    origin: options.origin ?? site,
  });
  const pending = new Map<string, (reply: Reply) => void>();
  const loose: ((reply: Reply) => void)[] = [];
  const events: { name: EventName; payload: unknown }[] = [];
  const watchers: { name: EventName; take: (payload: unknown) => void }[] = [];
  const unread: { name: EventName; payload: unknown }[] = [];
  const sources = new Map<string, (chunks: number) => void>();
  const sinks = new Map<string, (chunk: { data: string; last: boolean; sequence: number }) => void>();
  const closed = new Promise<number>((resolve) => {
    socket.on('close', (status) => resolve(status));
  });
  socket.on('message', (data) => {
    const reply = JSON.parse(data.toString()) as Reply;
    if (reply.method === 'credit' || reply.method === 'chunk') {
      const params = reply.params as unknown as {
        stream: string;
        chunks: number;
        data: string;
        last: boolean;
        sequence: number;
      };
      if (reply.method === 'credit') sources.get(params.stream)?.(params.chunks);
      else sinks.get(params.stream)?.(params);
      return;
    }
    if (reply.method === 'event' && reply.params) {
      events.push(reply.params);
      const at = watchers.findIndex(({ name }) => name === reply.params?.name);
      if (at >= 0) watchers.splice(at, 1)[0]?.take(reply.params.payload);
      else unread.push(reply.params);
      return;
    }
    const answered = reply.id === null ? undefined : pending.get(reply.id);
    if (answered) answered(reply);
    else loose.shift()?.(reply);
  });
  await new Promise<void>((resolve, reject) => {
    socket.once('open', resolve);
    socket.once('error', reject);
  });
  socket.on('error', () => undefined);

  const exchange = (method: string, params: unknown, id: string): Promise<Reply> => {
    const reply = new Promise<Reply>((resolve) => pending.set(id, resolve)).finally(() => pending.delete(id));
    socket.send(JSON.stringify({ jsonrpc: '2.0', id, method, params }));
    const gone = closed.then((status): Reply => {
      throw new Error(`the connection closed with ${status}`);
    });
    return within(60_000, `the answer to ${method}`, Promise.race([reply, gone]));
  };
  const raw = async (method: string, params: unknown, id = `c-${++nextId}`): Promise<unknown> => {
    const reply = await exchange(method, params, id);
    if (reply.error) throw new CodedError(reply.error.data.code, reply.error.data.params);
    return reply.result;
  };
  if (options.greet !== 'no') await raw('hello', { contractVersion, client: 'test' });

  return {
    call: async (call, params, id) => decodeResult(call, await raw(call, encodeParams(call, params), id)),
    raw,
    sendText: (text) => {
      const reply = within(30_000, 'a reply', new Promise<Reply>((resolve) => loose.push(resolve)));
      socket.send(text);
      return reply;
    },
    sendBinary: (bytes) => socket.send(bytes),
    stream: (bytes, { chunkBytes = 65_536, damage } = {}) => {
      const stream = `s-${String(++nextId).padStart(4, '0')}`;
      let sequence = 0;
      sources.set(stream, (credit) => {
        for (let left = credit; left > 0; left -= 1) {
          const begin = sequence * chunkBytes;
          if (begin >= bytes.length && !(sequence === 0 && bytes.length === 0)) return;
          const data = bytes.subarray(begin, begin + chunkBytes);
          const chunk = { stream, sequence, data, last: begin + chunkBytes >= bytes.length };
          sequence += 1;
          const frame = damage === undefined ? wireChunk(chunk) : damage(chunk);
          if (frame !== null) socket.send(JSON.stringify(frame));
        }
      });
      return { kind: 'stream', stream, size: bytes.length };
    },
    take: () => {
      const stream = `s-${String(++nextId).padStart(4, '0')}`;
      const parts: Buffer[] = [];
      const { promise, resolve } = Promise.withResolvers<Uint8Array>();
      sinks.set(stream, ({ data, last }) => {
        parts.push(Buffer.from(data, 'base64'));
        if (last) resolve(new Uint8Array(Buffer.concat(parts)));
        else socket.send(JSON.stringify(wireCredit(stream, 1)));
      });
      socket.send(JSON.stringify(wireCredit(stream, 4)));
      const received = (): number => parts.reduce((sum, part) => sum + part.length, 0);
      return { target: { kind: 'stream', stream }, bytes: promise, received };
    },
    notify: (method, params) => socket.send(JSON.stringify({ jsonrpc: '2.0', method, params })),
    nextEvent: async <E extends EventName>(name: E, timeoutMs = 30_000) => {
      const at = unread.findIndex((event) => event.name === name);
      if (at >= 0) return unread.splice(at, 1)[0]?.payload as EventPayload<E>;
      const taken = new Promise<unknown>((take) => watchers.push({ name, take }));
      return (await within(timeoutMs, `the event ${name}`, taken)) as EventPayload<E>;
    },
    events,
    closed,
    close: async () => {
      socket.close();
      await closed;
    },
  };
}

/** An upgrade request with any headers, as no browser would let a page send it. */
export function rawUpgrade(
  port: number,
  headers: Readonly<Record<string, string | readonly string[] | undefined>>,
  url: string = wirePath,
): Promise<{ readonly status: number; readonly body: { readonly code?: string } }> {
  const defaults = {
    host: `127.0.0.1:${port}`,
    origin: site,
    connection: 'Upgrade',
    upgrade: 'websocket',
    'sec-websocket-version': '13',
    'sec-websocket-key': 'dGhlIHNhbXBsZSBub25jZQ==',
    'sec-websocket-protocol': wireSubprotocol,
  };
  const given = Object.entries({ ...defaults, ...headers }).filter(([, value]) => value !== undefined);
  return new Promise((resolve, reject) => {
    const sentHeaders = given.flatMap(([name, value]) => [value].flat().flatMap((item) => [name, String(item)]));
    const options: RequestOptions = { host: '127.0.0.1', port, path: url, headers: sentHeaders, setHost: false };
    const sent = request(options);
    sent.on('error', reject);
    sent.on('upgrade', (_response, socket) => {
      socket.destroy();
      resolve({ status: 101, body: {} });
    });
    sent.on('response', (response) => {
      let text = '';
      response.on('data', (chunk: Buffer) => {
        text += chunk.toString();
      });
      response.on('end', () =>
        resolve({ status: response.statusCode ?? 0, body: text === '' ? {} : JSON.parse(text) }),
      );
    });
    sent.end();
  });
}
