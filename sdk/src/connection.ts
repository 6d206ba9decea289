import { dial } from './dial.ts';
import { ownError } from './errors.ts';
import { callSafely, createEventHub, type EventHub } from './events.ts';
import type { ConnectionState, ConnectOptions } from './options.ts';
import type { StreamListener } from './streams.ts';
import type { Channel } from './transport/channel.ts';
import type { FoundAgent } from './transport/discovery.ts';
import type { AgentHello } from './wire/handshake.ts';

/** One client's line to the agent, over however many sockets it takes. */
export interface Connection {
  readonly on: EventHub['on'];
  state(): ConnectionState;
  /** As of the last handshake. */
  hello(): AgentHello;
  /** An open channel, connecting again where the policy allows. @throws {OneLockError} */
  channel(): Promise<Channel>;
  /** Who hears of a stream; undefined ends it. */
  hear(stream: string, listener: StreamListener | undefined): void;
  /** Tells the agent, if it is there to hear. */
  tell(method: string, params: object): void;
  onStateChange(listener: (state: ConnectionState) => void): () => void;
  close(): void;
}

const backgroundDelaysMs = [1_000, 2_000, 4_000, 8_000, 15_000];

/**
 * No heartbeat of its own: the agent pings, the browser answers even for a sleeping tab, and a page that hears nothing
 * for minutes is a page where nothing happened.
 */
export function createConnection(first: FoundAgent, options: ConnectOptions): Connection {
  const policy = options.reconnect ?? 'on-demand';
  const events = createEventHub();
  const stateListeners = new Set<(state: ConnectionState) => void>();
  const streams = new Map<string, StreamListener>();
  let state: ConnectionState = 'open';
  let current = first;
  let dialling: Promise<Channel> | undefined;
  let retry: ReturnType<typeof setTimeout> | undefined;

  const enter = (next: ConnectionState): void => {
    if (state === next || state === 'closed') return;
    state = next;
    for (const listener of stateListeners) callSafely(() => listener(next));
  };

  const adopt = (agent: FoundAgent): Channel => {
    current = agent;
    agent.channel.listen({
      onNotification: (method, params) => {
        if (method === 'event') tellEvent(events, params);
        else tellStream(streams, method, params);
      },
      onClosed: () => {
        if (agent !== current) return;
        for (const listener of streams.values()) callSafely(() => listener('lost', {}));
        streams.clear();
        enter('lost');
        if (policy === 'background') reconnectLater(0);
      },
    });
    enter('open');
    return agent.channel;
  };

  const dialAgain = (): Promise<Channel> => {
    // The signal of `connect` ended with it: what is dialled later is given up by closing the client.
    const { signal: _, ...rest } = options;
    dialling ??= dial(rest)
      .then((agent) => {
        if (state !== 'closed') return adopt(agent);
        agent.channel.close(ownError('ERR_SDK_CLOSED'));
        throw ownError('ERR_SDK_CLOSED');
      })
      .finally(() => {
        dialling = undefined;
      });
    return dialling;
  };

  const reconnectLater = (attempt: number): void => {
    const delay = backgroundDelaysMs[Math.min(attempt, backgroundDelaysMs.length - 1)];
    retry = setTimeout(() => {
      if (state === 'lost') dialAgain().catch(() => reconnectLater(attempt + 1));
    }, delay);
  };

  adopt(first);
  return {
    on: events.on,
    state: () => state,
    hello: () => current.hello,
    async channel() {
      if (state === 'closed') throw ownError('ERR_SDK_CLOSED');
      if (state === 'open') return current.channel;
      if (policy === 'never') throw ownError('ERR_SDK_CONNECTION_LOST');
      return dialAgain();
    },
    hear(stream, listener) {
      if (listener === undefined) streams.delete(stream);
      else streams.set(stream, listener);
    },
    tell: (method, params) => current.channel.notify(method, params),
    onStateChange(listener) {
      // A wrapper per subscription, so that one function may be given twice.
      const entry = (next: ConnectionState): void => listener(next);
      stateListeners.add(entry);
      return () => {
        stateListeners.delete(entry);
      };
    },
    close() {
      clearTimeout(retry);
      enter('closed');
      current.channel.close(ownError('ERR_SDK_CLOSED'));
    },
  };
}

function tellEvent(events: EventHub, params: unknown): void {
  if (typeof params !== 'object' || params === null || !('name' in params) || !('payload' in params)) return;
  events.tell(params.name, params.payload);
}

function tellStream(streams: ReadonlyMap<string, StreamListener>, method: string, params: unknown): void {
  if (typeof params !== 'object' || params === null || !('stream' in params)) return;
  const listener = typeof params.stream === 'string' ? streams.get(params.stream) : undefined;
  listener?.(method, params as Readonly<Record<string, unknown>>);
}
