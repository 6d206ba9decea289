import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';

/** What a source does instead of answering. */
export type Misbehaviour =
  | 'delay'
  | 'drip'
  | 'close'
  | 'cut'
  | '500'
  | '404'
  | 'garbage'
  | 'empty'
  | 'oversized'
  | 'endless'
  | 'compressed'
  | 'redirect-loop'
  | 'redirect-inside';

export const misbehaviours: readonly Misbehaviour[] = [
  ...(['delay', 'drip', 'close', 'cut', '500', '404', 'garbage', 'empty'] as const),
  ...(['oversized', 'endless', 'compressed', 'redirect-loop', 'redirect-inside'] as const),
];

export interface ReceivedRequest {
  readonly method: string;
  readonly path: string;
  readonly headers: IncomingMessage['headers'];
  readonly body: Uint8Array;
}

type Answer = Uint8Array | { readonly status: number; readonly headers?: Readonly<Record<string, string>> };

/** An HTTP server of CAs' sources with switches: what it answers at each path, and how it misbehaves. */
export class SourceDouble {
  /** Every path, or one. */
  misbehaviour: Misbehaviour | undefined;
  readonly misbehaviours = new Map<string, Misbehaviour>();
  readonly received: ReceivedRequest[] = [];
  readonly #routes = new Map<string, (request: ReceivedRequest) => Answer>();
  readonly #sockets = new Set<Socket>();
  readonly #server: Server;

  private constructor(server: Server) {
    this.#server = server;
  }

  static async start(port = 0): Promise<SourceDouble> {
    const server = createServer();
    const double = new SourceDouble(server);
    server.on('connection', (socket) => {
      double.#sockets.add(socket);
      socket.on('close', () => double.#sockets.delete(socket));
      socket.on('error', () => undefined);
    });
    // Whoever asked may go away in the middle of it.
    server.on('request', (request, response) => void double.#answer(request, response).catch(() => request.destroy()));
    await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
    return double;
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  url(path: string): string {
    return `http://127.0.0.1:${this.port}${path}`;
  }

  /** @param path  of the request, up to a further slash: a GET of OCSP carries its question behind it */
  serve(path: string, answer: (request: ReceivedRequest) => Answer): void {
    this.#routes.set(path, answer);
  }

  countOf(path: string): number {
    return this.received.filter((request) => request.path.startsWith(path)).length;
  }

  async stop(): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const received = {
      ...{ method: request.method ?? '', path: request.url ?? '', headers: request.headers },
      body: new Uint8Array(Buffer.concat(chunks)),
    };
    this.received.push(received);
    const route = [...this.#routes].find(([path]) => received.path === path || received.path.startsWith(`${path}/`));
    const bad = (route && this.misbehaviours.get(route[0])) ?? this.misbehaviour;
    if (bad !== undefined) return misbehave(bad, response, request);
    const answer = route?.[1](received) ?? { status: 404 };
    if (answer instanceof Uint8Array) response.end(answer);
    else response.writeHead(answer.status, answer.headers).end();
  }
}

function misbehave(how: Misbehaviour, response: ServerResponse, request: IncomingMessage): void {
  const block = Buffer.alloc(64 * 1024, 0x30);
  switch (how) {
    case 'delay':
      return;
    case 'drip': {
      const timer = setInterval(() => response.write('0'), 50);
      response.on('close', () => clearInterval(timer));
      return;
    }
    case 'close':
      request.socket.destroy();
      return;
    case 'cut':
      response.writeHead(200, { 'content-length': 1000 });
      response.write('0', () => request.socket.destroy());
      return;
    case '500':
    case '404':
      response.writeHead(Number(how)).end('<html>');
      return;
    case 'garbage':
      response.end('<html>It works!</html>');
      return;
    case 'empty':
      response.end();
      return;
    case 'oversized':
      response.writeHead(200, { 'content-length': 4 * 1024 ** 3 });
      response.write(block);
      return;
    case 'endless': {
      const more = (): void => {
        while (!response.destroyed && response.write(block));
      };
      response.on('drain', more);
      more();
      return;
    }
    case 'compressed':
      response.writeHead(200, { 'content-encoding': 'gzip' }).end(block);
      return;
    case 'redirect-loop':
      response.writeHead(302, { location: request.url ?? '/' }).end();
      return;
    case 'redirect-inside':
      response.writeHead(302, { location: 'http://10.1.2.3/latest/meta-data' }).end();
      return;
  }
}
