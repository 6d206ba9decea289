import type { IncomingMessage } from 'node:http';

/** How long what a refused caller still sends is received and thrown away, in milliseconds. */
const mostMs = 2_000;

/**
 * Lets a caller read why it was refused while it is still sending. A socket that is closed over bytes nobody read is
 * reset, and the reset takes the answer with it (RFC 9112 §9.6): so we end our side, drain the other for a moment, and
 * close then.
 */
export function lingerBeforeClosing(request: IncomingMessage): void {
  const { socket } = request;
  if (request.complete || socket.destroyed) return;
  socket.destroySoon = () => {
    request.resume();
    socket.end();
    const closing = setTimeout(() => socket.destroy(), mostMs);
    socket.once('end', () => socket.destroy());
    socket.once('close', () => clearTimeout(closing));
  };
}
