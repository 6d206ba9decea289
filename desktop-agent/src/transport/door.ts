import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { Duplex } from 'node:stream';
import { wirePath, wireSubprotocol } from '@onelock/core/contract';
import { CodedError, isCodedError } from '@onelock/core/errors';
import { WebSocketServer } from 'ws';
import type { AgentConfig } from '../config.ts';
import { attachConnection, type Connection, type FrameListener } from './connection.ts';
import { checkHost, headerValues } from './host.ts';
import { transportLimits } from './limits.ts';
import { type Origin, readOrigin } from './origin.ts';
import { checkPeerUser } from './peer-user.ts';
import { RateLimit } from './rate-limit.ts';
import { refuseRequest, refuseUpgrade } from './refusal.ts';

/** The loopback door: the only way in for a page. */
export interface Door {
  readonly port: number;
  close(): Promise<void>;
}

export interface DoorOptions {
  readonly ports: readonly number[];
  readonly originPolicy: AgentConfig['originPolicy'];
  /** Whether the person has allowed this site; strangers have fewer places. */
  readonly isAllowed: (origin: Origin) => boolean;
  /** Called once per accepted page; gives who hears its frames. */
  readonly onConnection: (connection: Connection) => FrameListener;
  readonly onRefusal: (error: CodedError, what: 'request' | 'upgrade') => void;
}

/**
 * Listens on 127.0.0.1 and ::1, on the first of the ports that is free on both.
 *
 * @throws {CodedError} ERR_AGENT_PORTS_TAKEN { ports } when none is
 */
export async function openDoor(options: DoorOptions): Promise<Door> {
  for (const port of options.ports) {
    const servers = await listenOnLoopback(port);
    if (servers !== null) return serve(servers, options);
  }
  throw new CodedError('ERR_AGENT_PORTS_TAKEN', { ports: options.ports.join(', ') });
}

function serve(servers: LoopbackServers, options: DoorOptions): Door {
  const { port } = servers;
  const sockets = new WebSocketServer({
    noServer: true,
    maxPayload: transportLimits.frameBytes,
    perMessageDeflate: false,
    clientTracking: false,
    handleProtocols: () => wireSubprotocol,
  });
  const open = new Set<Connection>();
  const rates = new Map<Origin, RateLimit>();

  const admit = (request: IncomingMessage): Origin => {
    checkHost(request.rawHeaders, port);
    checkPeer(request);
    checkPeerUser(request.socket);
    const origin = readOrigin(request.rawHeaders, options.originPolicy);
    if (request.url !== wirePath) throw new CodedError('ERR_REQUEST_NOT_FOUND');
    checkSubprotocol(request);
    const waitMs = rateOf(rates, origin).take(performance.now());
    if (waitMs > 0) throw new CodedError('ERR_AGENT_RATE_LIMITED', { retryAfterMs: waitMs });
    if (!hasPlace([...open], origin, options.isAllowed))
      throw new CodedError('ERR_AGENT_RATE_LIMITED', { retryAfterMs: 1_000 });
    return origin;
  };

  const onUpgrade = (request: IncomingMessage, socket: Duplex, head: Buffer): void => {
    // A caller may vanish between its request and our answer; that is its own business.
    socket.on('error', () => socket.destroy());
    let origin: Origin;
    try {
      origin = admit(request);
    } catch (error) {
      if (!isCodedError(error)) throw error;
      options.onRefusal(error, 'upgrade');
      refuseUpgrade(socket, error);
      return;
    }
    sockets.handleUpgrade(request, socket, head, (webSocket) => {
      const connection = attachConnection(webSocket, origin);
      open.add(connection);
      connection.closed.addEventListener('abort', () => open.delete(connection));
      connection.listen(options.onConnection(connection));
    });
  };

  for (const server of servers.all) {
    server.on('upgrade', onUpgrade);
    server.on('request', (request, response) => {
      const error = refusalOfPlainRequest(request, port);
      options.onRefusal(error, 'request');
      refuseRequest(response, error);
    });
  }

  return {
    port,
    close: async () => {
      for (const connection of open) connection.close(1001, 'agent stops');
      await Promise.all(servers.all.map(closeServer));
    },
  };
}

function rateOf(rates: Map<Origin, RateLimit>, origin: Origin): RateLimit {
  const rate = rates.get(origin) ?? new RateLimit(transportLimits.upgrades, performance.now());
  rates.delete(origin);
  rates.set(origin, rate);
  const [oldest] = rates.keys();
  if (rates.size > transportLimits.rememberedOrigins && oldest !== undefined) rates.delete(oldest);
  return rate;
}

function hasPlace(open: readonly Connection[], origin: Origin, isAllowed: (origin: Origin) => boolean): boolean {
  const { connections, connectionsPerOrigin, connectionsOfStrangers } = transportLimits;
  if (open.length >= connections) return false;
  if (open.filter((connection) => connection.origin === origin).length >= connectionsPerOrigin) return false;
  return (
    isAllowed(origin) || open.filter((connection) => !isAllowed(connection.origin)).length < connectionsOfStrangers
  );
}

/** Nothing is served over plain HTTP: a page speaks through the WebSocket or not at all. */
function refusalOfPlainRequest(request: IncomingMessage, port: number): CodedError {
  try {
    checkHost(request.rawHeaders, port);
    return new CodedError('ERR_REQUEST_NOT_FOUND');
  } catch (error) {
    if (isCodedError(error)) return error;
    throw error;
  }
}

/** We listen on loopback alone; should a system route something else there, it is refused all the same. */
function checkPeer(request: IncomingMessage): void {
  const address = request.socket.remoteAddress ?? '';
  if (!/^(?:::ffff:)?127\./.test(address) && address !== '::1') throw new CodedError('ERR_AGENT_HOST_DENIED');
}

function checkSubprotocol(request: IncomingMessage): void {
  const offered = headerValues(request.rawHeaders, 'sec-websocket-protocol')
    .flatMap((value) => value.split(','))
    .map((name) => name.trim());
  if (!offered.includes(wireSubprotocol))
    throw new CodedError('ERR_AGENT_FRAME_INVALID', { detail: `the subprotocol ${wireSubprotocol} is required` });
}

interface LoopbackServers {
  readonly port: number;
  readonly all: readonly Server[];
}

/** Both loopback addresses on one port, or null when it is taken. A computer without IPv6 has only the first. */
async function listenOnLoopback(port: number): Promise<LoopbackServers | null> {
  const first = newServer();
  const bound = await listen(first, '127.0.0.1', port);
  if (bound === 'taken' || bound === 'no such address') return null;
  const second = newServer();
  const also = await listen(second, '::1', bound);
  if (also === 'no such address') return { port: bound, all: [first] };
  if (also !== 'taken') return { port: bound, all: [first, second] };
  await closeServer(first);
  return null;
}

function newServer(): Server {
  const server = createServer({
    maxHeaderSize: transportLimits.headerBytes,
    headersTimeout: transportLimits.headersTimeoutMs,
    requestTimeout: transportLimits.headersTimeoutMs * 2,
    connectionsCheckingInterval: 1_000,
    keepAlive: false,
  });
  server.maxConnections = transportLimits.connections * 2;
  server.on('clientError', (_error, socket) => socket.destroy());
  return server;
}

function listen(server: Server, host: string, port: number): Promise<number | 'taken' | 'no such address'> {
  return new Promise((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'EADDRINUSE' || error.code === 'EACCES') resolve('taken');
      else if (error.code === 'EADDRNOTAVAIL' || error.code === 'EAFNOSUPPORT') resolve('no such address');
      else reject(error);
    });
    server.listen({ host, port, exclusive: true }, () => {
      const address = server.address();
      resolve(typeof address === 'object' && address !== null ? address.port : port);
    });
  });
}

function closeServer(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve());
    server.closeAllConnections();
  });
}
