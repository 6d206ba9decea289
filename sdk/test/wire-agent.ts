import { randomInt } from 'node:crypto';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { type HelloResultValue, maxFrameBytes, wirePath, wireSubprotocol } from '@onelock/core/contract';
import { WebSocketServer, type WebSocket as WsSocket } from 'ws';

/** What a page has sent, parsed. */
export interface PageFrame {
  readonly id?: string;
  readonly method: string;
  readonly params: Readonly<Record<string, unknown>>;
}

export type Answer = (frame: PageFrame, socket: WsSocket) => void;

/** A WebSocket server that says exactly what a test wants said, for the edges of the protocol that a sound agent never shows. */
export interface WireAgent {
  readonly port: number;
  readonly frames: readonly PageFrame[];
  readonly sockets: ReadonlySet<WsSocket>;
  close(): Promise<void>;
}

export const hello: HelloResultValue = {
  product: 'OneLock',
  productVersion: '9.9.9',
  contractVersion: '1.0',
  backend: 'agent',
  capabilities: {
    calls: ['getAgentInfo', 'listDevices', 'signData', 'authenticate', 'generateRandom'],
    events: ['deviceInserted', 'deviceRemoved'],
    streams: false,
    maxFrameBytes,
  },
};

export interface WireAgentOptions {
  readonly host?: string;
  readonly port?: number;
  readonly hello?: unknown;
  readonly answer?: Answer;
}

export async function startWireAgent(options: WireAgentOptions = {}): Promise<WireAgent> {
  const server = new WebSocketServer({
    host: options.host ?? '127.0.0.1',
    port: options.port ?? 0,
    path: wirePath,
    handleProtocols: (offered) => (offered.has(wireSubprotocol) ? wireSubprotocol : false),
  });
  await once(server, 'listening');
  const frames: PageFrame[] = [];
  server.on('connection', (socket) => {
    socket.on('message', (data) => {
      const frame = JSON.parse(data.toString()) as PageFrame;
      frames.push(frame);
      if (frame.method === 'hello') reply(socket, frame.id, options.hello ?? hello);
      else options.answer?.(frame, socket);
    });
  });
  return {
    port: (server.address() as AddressInfo).port,
    frames,
    sockets: server.clients,
    close: async () => {
      for (const socket of server.clients) socket.terminate();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

export function reply(socket: WsSocket, id: string | undefined, result: unknown): void {
  socket.send(JSON.stringify({ jsonrpc: '2.0', id, result }));
}

/** A port of this computer that nobody listens at, nor will: systems hand out none as low as this. */
export async function deadPort(): Promise<number> {
  for (;;) {
    const port = randomInt(10_000, 18_000);
    try {
      await (await startWireAgent({ port })).close();
      return port;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EADDRINUSE') throw error;
    }
  }
}
