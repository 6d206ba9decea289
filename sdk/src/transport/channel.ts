import { type OneLockError, ownError } from '../errors.ts';
import { reviveError } from '../wire/revive-error.ts';
import type { WebSocketLike } from './socket.ts';

/** JSON-RPC 2.0 over one open socket: matches answers to requests and hands on everything else. */
export interface Channel {
  /** Sends a request's frame and waits for the answer of that id. Rejects with a OneLockError: the agent's own, or why the channel ended. */
  request(id: string, frame: string): Promise<unknown>;
  /** Stops waiting for an answer, a late one is dropped. Tells whether anybody waited. */
  forget(id: string, reason: OneLockError): boolean;
  notify(method: string, params: unknown): void;
  /** Replaces the listener. What arrives while there is none is dropped. */
  listen(listener: ChannelListener): void;
  /** Ends the socket; what still waits rejects with this. */
  close(reason: OneLockError): void;
}

export interface ChannelListener {
  onNotification(method: string, params: unknown): void;
  /** Once, when the socket has ended, whoever ended it. */
  onClosed(reason: OneLockError): void;
}

interface Waiting {
  resolve(result: unknown): void;
  reject(error: OneLockError): void;
}

export function openChannel(socket: WebSocketLike): Channel {
  const waiting = new Map<string, Waiting>();
  let listener: ChannelListener | undefined;
  let ended: OneLockError | undefined;

  const end = (reason: OneLockError): void => {
    if (ended !== undefined) return;
    ended = reason;
    for (const call of waiting.values()) call.reject(reason);
    waiting.clear();
    socket.close();
    listener?.onClosed(reason);
  };
  const take = (id: string): Waiting | undefined => {
    const call = waiting.get(id);
    waiting.delete(id);
    return call;
  };

  socket.addEventListener('close', () => end(ownError('ERR_SDK_CONNECTION_LOST')));
  socket.addEventListener('error', () => end(ownError('ERR_SDK_CONNECTION_LOST')));
  socket.addEventListener('message', (event) => {
    const frame = parseFrame(event.data);
    if (frame === null) end(ownError('ERR_SDK_PROTOCOL', { detail: 'not JSON-RPC 2.0' }));
    else if (frame.kind === 'notification') listener?.onNotification(frame.method, frame.params);
    else if (frame.kind === 'result') take(frame.id)?.resolve(frame.result);
    else take(frame.id)?.reject(reviveError(frame.error, frame.id));
  });

  return {
    request(id, frame) {
      if (ended !== undefined) return Promise.reject(ended);
      return new Promise((resolve, reject) => {
        waiting.set(id, { resolve, reject });
        socket.send(frame);
      });
    },
    forget(id, reason) {
      const call = take(id);
      call?.reject(reason);
      return call !== undefined;
    },
    notify(method, params) {
      if (ended === undefined) socket.send(JSON.stringify({ jsonrpc: '2.0', method, params }));
    },
    listen(to) {
      listener = to;
    },
    close: end,
  };
}

type Frame =
  | { readonly kind: 'notification'; readonly method: string; readonly params: unknown }
  | { readonly kind: 'result'; readonly id: string; readonly result: unknown }
  | { readonly kind: 'error'; readonly id: string; readonly error: unknown };

function parseFrame(data: unknown): Frame | null {
  if (typeof data !== 'string') return null;
  let value: unknown;
  try {
    value = JSON.parse(data);
  } catch (error) {
    if (error instanceof SyntaxError) return null;
    throw error;
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return null;
  const frame = value as Readonly<Record<string, unknown>>;
  if (frame.jsonrpc !== '2.0') return null;
  if (typeof frame.method === 'string') return { kind: 'notification', method: frame.method, params: frame.params };
  // An answer to a frame that could not be read has no id (JSON-RPC 2.0 §5): nobody waits for it, something is broken.
  if (typeof frame.id !== 'string') return null;
  if ('error' in frame) return { kind: 'error', id: frame.id, error: frame.error };
  return 'result' in frame ? { kind: 'result', id: frame.id, result: frame.result } : null;
}
