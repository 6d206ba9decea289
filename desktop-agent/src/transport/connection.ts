import { randomUUID } from 'node:crypto';
import type { WebSocket } from 'ws';
import { transportLimits } from './limits.ts';
import type { Origin } from './origin.ts';

/** One page's WebSocket, after every check of the door. */
export interface Connection {
  readonly id: string;
  readonly origin: Origin;
  /** Aborts when the page has gone. */
  readonly closed: AbortSignal;
  /** Sends one JSON text frame; to a page that has gone, nothing. */
  send(message: object): void;
  close(status: CloseStatus, reason: string): void;
}

/** RFC 6455 §7.4.1. */
export type CloseStatus = 1000 | 1001 | 1003 | 1008 | 1009 | 1011;

export interface FrameListener {
  onText(text: string): void;
}

/** Wraps an accepted socket: text frames only, pings while idle, and an end that is seen even when the page just vanishes. */
export function attachConnection(socket: WebSocket, origin: Origin): Connection & { listen(to: FrameListener): void } {
  const gone = new AbortController();
  let heardAt = Date.now();
  const heard = (): void => {
    heardAt = Date.now();
  };

  const close = (status: CloseStatus, reason: string): void => {
    socket.close(status, reason);
    // A peer that does not answer the closing handshake is not waited for.
    setTimeout(() => socket.terminate(), 1_000).unref();
  };

  const pulse = setInterval(() => {
    if (Date.now() - heardAt > transportLimits.silenceMs) socket.terminate();
    else socket.ping();
  }, transportLimits.pingIntervalMs);
  pulse.unref();

  socket.on('pong', heard);
  socket.on('close', () => {
    clearInterval(pulse);
    gone.abort();
  });
  // ws reports an oversized or malformed frame here and closes by itself (1009, 1002, 1007).
  socket.on('error', () => socket.terminate());

  return {
    id: randomUUID(),
    origin,
    closed: gone.signal,
    send(message) {
      if (socket.readyState !== socket.OPEN) return;
      if (socket.bufferedAmount > transportLimits.sendBufferBytes) return close(1008, 'not reading');
      socket.send(JSON.stringify(message));
    },
    close,
    listen(to) {
      socket.on('message', (data, isBinary) => {
        heard();
        if (isBinary) return close(1003, 'text frames only');
        to.onText(data.toString());
      });
    },
  };
}
