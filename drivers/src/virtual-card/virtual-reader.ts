import { createConnection, type Socket } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { acknowledgeQuickly } from './quick-ack.ts';
import type { VirtualCard } from './virtual-card.ts';

/** What vpcd asks in one byte (vsmartcard, src/vpcd/vpcd.h); anything longer is a command for the card. */
const control = { powerOff: 0, powerOn: 1, reset: 2, atr: 4 } as const;
const patienceMs = 15_000;
const retryMs = 50;

/**
 * One slot of vpcd, the reader driver that asks over TCP instead of USB: every message is two bytes of length, big-endian, and
 * that many bytes. The slot listens; a card that is inserted connects.
 */
export class VirtualReader {
  readonly #port: number;
  #socket: Socket | null = null;

  constructor(port: number) {
    this.#port = port;
  }

  get occupied(): boolean {
    return this.#socket !== null;
  }

  /** Puts a card in; the reader notices at its next look (pcscd: 0.4 s). @throws when nothing listens, after 15 s */
  async insert(card: VirtualCard): Promise<void> {
    this.remove();
    const end = performance.now() + patienceMs;
    for (;;) {
      try {
        this.#socket = await connect(this.#port);
        break;
      } catch (error) {
        if (performance.now() > end) throw error;
        await delay(retryMs);
      }
    }
    serve(this.#socket, card);
  }

  /** Pulls the card out, in the middle of whatever it does. */
  remove(): void {
    this.#socket?.destroy();
    this.#socket = null;
  }
}

function connect(port: number): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = createConnection({ port, host: '127.0.0.1', noDelay: true });
    socket.once('error', reject);
    socket.once('connect', () => {
      socket.off('error', reject);
      resolve(socket);
    });
  });
}

function serve(socket: Socket, card: VirtualCard): void {
  let received = Buffer.alloc(0);
  let busy = Promise.resolve();
  // A reader that goes away pulls its card.
  socket.on('error', () => socket.destroy());
  acknowledgeQuickly(socket);
  socket.on('data', (chunk: Buffer) => {
    acknowledgeQuickly(socket);
    received = Buffer.concat([received, chunk]);
    while (received.length >= 2 && received.length >= 2 + received.readUInt16BE()) {
      const message = Uint8Array.from(received.subarray(2, 2 + received.readUInt16BE()));
      received = received.subarray(2 + message.length);
      busy = busy.then(() => answer(socket, card, message));
    }
  });
}

async function answer(socket: Socket, card: VirtualCard, message: Uint8Array): Promise<void> {
  if (message.length === 0) return;
  if (message.length > 1) return reply(socket, await card.transmit(message));
  if (message[0] === control.atr) return reply(socket, card.atr);
  if (message[0] === control.powerOn || message[0] === control.powerOff || message[0] === control.reset) card.reset();
}

function reply(socket: Socket, bytes: Uint8Array): void {
  if (socket.destroyed) return;
  const length = Buffer.alloc(2);
  length.writeUInt16BE(bytes.length);
  socket.write(Buffer.concat([length, bytes]));
  acknowledgeQuickly(socket);
}
