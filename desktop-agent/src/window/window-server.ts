import { timingSafeEqual } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { CodedError, errorRegistry, isCodedError } from '@onelock/core/errors';
import { readAnswerBody } from './answer-body.ts';
import type { PageFile } from './page-files.ts';
import { checkWindowRequest } from './request-rules.ts';
import { securityHeaders } from './security-headers.ts';
import type { WindowView } from './view.ts';
import type { OpenSession } from './window-session.ts';

/**
 * Serves the windows' pages, on a loopback port of its own that no web site learns. Addresses:
 * `/open/TICKET` works once and turns into a cookie; `/w/ID/…` is the page, its state and its answers, for that cookie;
 * `/assets/…` the page's program and style, the same for everyone.
 */
export interface WindowServer {
  readonly port: number;
  /** Makes a session reachable; gives its one-time address. */
  add(session: OpenSession): string;
  remove(session: OpenSession): void;
  close(): Promise<void>;
}

const cookieName = 'onelock_window';
const keepAliveMs = 5_000;

export async function startWindowServer(pages: ReadonlyMap<string, PageFile>): Promise<WindowServer> {
  const sessions = new Map<string, OpenSession>();
  const server = createServer({
    maxHeaderSize: 16 * 1024,
    headersTimeout: 5_000,
    requestTimeout: 10_000,
    connectionsCheckingInterval: 1_000,
  });
  server.maxConnections = 64;
  server.on('clientError', (_error, socket) => socket.destroy());
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen({ host: '127.0.0.1', port: 0, exclusive: true }, resolve);
  });
  const { port } = server.address() as AddressInfo;

  server.on('request', (request, response) => {
    for (const [name, value] of Object.entries(securityHeaders))
      if (value !== undefined) response.setHeader(name, value);
    route({ request, response, port, sessions, pages }).catch((error: unknown) => {
      const coded = isCodedError(error) ? error : new CodedError('ERR_AGENT_INTERNAL', {}, { cause: error });
      refuse({ request, response, pages }, coded);
    });
  });

  return {
    port,
    add: (session) => {
      sessions.set(session.id, session);
      return `http://127.0.0.1:${port}/open/${session.id}.${session.ticket}`;
    },
    remove: (session) => {
      sessions.delete(session.id);
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

interface Exchange {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly port: number;
  readonly sessions: ReadonlyMap<string, OpenSession>;
  readonly pages: ReadonlyMap<string, PageFile>;
}

async function route(exchange: Exchange): Promise<void> {
  const { request, port } = exchange;
  const [, first = '', second = '', ...rest] = (request.url ?? '').split('/');
  const name = rest.join('/');
  const act = request.method === 'POST';
  const navigation = first === 'open' || (first === 'w' && name === '');
  checkWindowRequest(request, port, act ? 'act' : navigation ? 'navigation' : 'resource');
  if (first === 'assets' && request.method === 'GET') return sendPage(exchange, `assets/${second}`);
  if (first === 'open' && rest.length === 0 && request.method === 'GET') return openWindow(exchange, second);
  if (first !== 'w') throw new CodedError('ERR_REQUEST_NOT_FOUND');
  const session = sessionOf(exchange, second);
  if (act) return name === 'answer' ? takeAnswer(exchange, session) : notFound();
  if (request.method !== 'GET') throw new CodedError('ERR_REQUEST_METHOD');
  if (name === 'state') return streamState(exchange, session);
  return name === '' ? sendPage(exchange, 'index.html') : notFound();
}

function notFound(): never {
  throw new CodedError('ERR_REQUEST_NOT_FOUND');
}

/** The one-time address: its ticket turns into a cookie, and the address is worth nothing from then on. */
async function openWindow({ response, sessions }: Exchange, reference: string): Promise<void> {
  const [id = '', ticket = ''] = reference.split('.');
  const session = sessions.get(id);
  if (session === undefined || !sameText(ticket, session.ticket) || !session.redeem())
    throw new CodedError('ERR_AGENT_WINDOW_EXPIRED');
  response.writeHead(303, {
    location: `/w/${id}/`,
    'set-cookie': `${cookieName}=${session.secret}; Path=/w/${id}/; HttpOnly; SameSite=Strict`,
  });
  response.end();
}

function sessionOf({ request, sessions }: Exchange, id: string): OpenSession {
  const session = sessions.get(id);
  const cookies = (request.headers.cookie ?? '').split('; ').map((pair) => pair.split('='));
  const given = cookies.filter(([name]) => name === cookieName).map(([, value = '']) => value);
  if (session === undefined || !given.some((value) => sameText(value, session.secret)))
    throw new CodedError('ERR_AGENT_WINDOW_EXPIRED');
  return session;
}

function sameText(given: string, expected: string): boolean {
  const left = Buffer.from(given);
  const right = Buffer.from(expected);
  return left.length === right.length && timingSafeEqual(left, right);
}

async function sendPage({ response, pages }: Exchange, name: string): Promise<void> {
  const file = pages.get(name);
  if (file === undefined)
    throw new CodedError(name === 'index.html' ? 'ERR_AGENT_WINDOW_UNAVAILABLE' : 'ERR_REQUEST_NOT_FOUND');
  response.writeHead(200, { 'content-type': file.contentType, 'content-length': file.body.length });
  response.end(file.body);
}

/** One JSON line per view, and an empty line now and then so that both sides notice when the other has gone. */
async function streamState({ response }: Exchange, session: OpenSession): Promise<void> {
  response.writeHead(200, { 'content-type': 'application/x-ndjson; charset=utf-8' });
  const unsubscribe = session.subscribe((view: WindowView) => {
    response.write(`${JSON.stringify(view)}\n`);
  });
  const pulse = setInterval(() => response.write('\n'), keepAliveMs);
  response.on('close', () => {
    clearInterval(pulse);
    unsubscribe();
  });
}

async function takeAnswer({ request, response }: Exchange, session: OpenSession): Promise<void> {
  const body = await readAnswerBody(request);
  if (body.kind === 'cancel') session.cancel();
  else session.answer(body.turn, body.answer);
  response.writeHead(204);
  response.end();
}

/** A page for a person at the address bar, JSON for everything else. */
function refuse(
  { request, response, pages }: Pick<Exchange, 'request' | 'response' | 'pages'>,
  error: CodedError,
): void {
  if (response.headersSent) {
    response.destroy();
    return;
  }
  const status = errorRegistry[error.code].httpStatus;
  const expired = pages.get('expired.html');
  const forPerson = error.code === 'ERR_AGENT_WINDOW_EXPIRED' && request.headers['sec-fetch-dest'] === 'document';
  if (forPerson && expired !== undefined) {
    response.writeHead(status, { 'content-type': expired.contentType, connection: 'close' });
    response.end(expired.body);
    return;
  }
  response.writeHead(status, { 'content-type': 'application/json; charset=utf-8', connection: 'close' });
  response.end(JSON.stringify({ code: error.code, params: error.params }));
}
