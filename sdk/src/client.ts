import type { CallName, EventName, Params, Result } from '@onelock/core/contract';
import { callThrough } from './call.ts';
import { type Connection, createConnection } from './connection.ts';
import type { EventListenerFor } from './events.ts';
import { contractTables } from './generated/contract-tables.ts';
import type { CallOptions, ConnectionState, ConnectOptions } from './options.ts';
import { offerStream, type ReceivedStream, receiveStream, type StreamSource } from './streams.ts';
import type { FoundAgent } from './transport/discovery.ts';

type NothingRequired<P> = Record<never, never> extends P ? true : false;

/** The 50 calls. Bytes are `Uint8Array`; a failed call rejects with a OneLockError. Parameters may be left out where none is required. */
export type Calls = {
  readonly [C in CallName]: NothingRequired<Params<C>> extends true
    ? (params?: Params<C>, options?: CallOptions) => Promise<Result<C>>
    : (params: Params<C>, options?: CallOptions) => Promise<Result<C>>;
};

export interface AgentInfo {
  readonly product: string;
  readonly productVersion: string;
  readonly contractVersion: string;
}

/** A connection to the agent. */
export interface OneLockClient extends Calls {
  /** Who answered, as of the last handshake. */
  readonly agent: AgentInfo;
  readonly connectionState: ConnectionState;
  /** Whether this agent serves a call; one that it does not serve rejects with ERR_CALL_UNSUPPORTED. */
  supports(call: CallName): boolean;
  /**
   * Offers a file to one call, as its `file`: read piece by piece as the agent asks, never held as a whole.
   *
   * @param name  for the agent's window; a File has its own
   */
  offer(source: Blob | Uint8Array, name?: string): StreamSource;
  /** A `target` for one call, and the bytes that it hands out. */
  receive(): ReceivedStream;
  /** @returns the way to stop listening */
  on<E extends EventName>(name: E, listener: EventListenerFor<E>): () => void;
  /** @returns the way to stop listening */
  onConnectionStateChange(listener: (state: ConnectionState) => void): () => void;
  /** Ends the connection for good; calls under way reject with ERR_SDK_CLOSED. */
  close(): void;
}

export function createClient(first: FoundAgent, options: ConnectOptions): OneLockClient {
  const connection = createConnection(first, options);
  return Object.freeze({
    ...callsOver(connection),
    get agent() {
      const { product, productVersion, contractVersion } = connection.hello();
      return { product, productVersion, contractVersion };
    },
    get connectionState() {
      return connection.state();
    },
    supports: (call: CallName) => connection.hello().capabilities.calls.includes(call),
    offer: (source: Blob | Uint8Array, name?: string) => offerStream(connection, source, name),
    receive: () => receiveStream(connection),
    on: connection.on,
    onConnectionStateChange: connection.onStateChange,
    close: connection.close,
  });
}

function callsOver(connection: Connection): Calls {
  const names = Object.keys(contractTables.calls) as CallName[];
  const call = (name: CallName) => (params: unknown, options?: CallOptions) =>
    callThrough(connection, name, params ?? {}, options ?? {});
  return Object.fromEntries(names.map((name) => [name, call(name)])) as unknown as Calls;
}
