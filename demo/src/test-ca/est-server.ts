import {
  createServer as createHttpServer,
  type IncomingMessage,
  type RequestListener,
  type Server,
  type ServerResponse,
} from 'node:http';
import { createServer as createHttpsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { fromBase64, toBase64, toHex, utf8Encode } from '@onelock/core/bytes';
import type { CryptoOps } from '@onelock/core/crypto';
import { isCodedError } from '@onelock/core/errors';
import type { Authority } from '../province/authorities.ts';
import { certsOnly, inLines, keyAndCertificate } from './est-messages.ts';
import {
  demandProof,
  type Issuing,
  issueEncryptionKey,
  issueForRequest,
  type ReadRequest,
  Refused,
  readRequest,
} from './issue.ts';
import type { Lie } from './lies.ts';

export interface EstServerOptions {
  /** By the first segment of the path, e.g. `sm2`: one server stands for several authorities. */
  readonly authorities: Readonly<Record<string, Authority>>;
  readonly user: string;
  readonly password: string;
  readonly host: string;
  readonly port: number;
  /** PEM; without it the server speaks plain HTTP, which is for loopback. */
  readonly tls?: { readonly key: string; readonly cert: string; readonly ca?: string };
  readonly clock: () => Date;
  readonly ops: CryptoOps;
}

/** What the tests of others turn. */
export interface Switches {
  /** Of one operation or of every one. */
  readonly lies: Map<Operation | 'all', Lie>;
  /** Each request is answered with 202 so often before it is issued. */
  pendingTimes: number;
  retryAfter: string;
}

export interface EstServer {
  readonly port: number;
  readonly switches: Switches;
  /** Operations that were asked for, in order. */
  readonly asked: readonly {
    readonly operation: Operation;
    readonly authority: string;
    readonly label: string | null;
  }[];
  close(): Promise<void>;
}

export type Operation = 'cacerts' | 'simpleenroll' | 'simplereenroll' | 'serverkeygen';
const operations: readonly Operation[] = ['cacerts', 'simpleenroll', 'simplereenroll', 'serverkeygen'];

const longestBody = 64 * 1024;
const delayMs = 60_000;
const envelopeType = 'application/vnd.onelock.sm2-enveloped-key';
const boundary = 'onelock-test-ca';

interface Answer {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Uint8Array;
}

/**
 * EST (RFC 7030) of the demonstration's authorities at `/AUTHORITY/.well-known/est[/LABEL]/OPERATION`. A request that comes again gets the
 * certificate that it got before. The label `single` asks for one certificate of both uses. Dual certificates: docs/adr/0027-dual-certificates-over-est.md.
 */
export async function startEstServer(options: EstServerOptions): Promise<EstServer> {
  const switches: Switches = { lies: new Map(), pendingTimes: 0, retryAfter: '1' };
  const asked: { operation: Operation; authority: string; label: string | null }[] = [];
  const seen = new Map<string, number>();
  const issued = new Map<string, Answer>();
  const waiting = new Set<NodeJS.Timeout>();

  async function answer(request: IncomingMessage): Promise<Answer | 'close'> {
    const place = /^\/([a-z0-9]+)\/\.well-known\/est(?:\/([A-Za-z0-9._~-]{1,64}))?\/([a-z]+)$/.exec(request.url ?? '');
    const operation = operations.find((name) => name === place?.[3]);
    const authorityName = place?.[1] ?? '';
    const authority = options.authorities[authorityName];
    if (operation === undefined || authority === undefined) return { status: 404 };
    const body = await bodyOf(request);
    const label = place?.[2] ?? null;
    asked.push({ operation, authority: authorityName, label });
    if (!isCaller(request, options)) return { status: 401, headers: { 'www-authenticate': 'Basic realm="est"' } };
    const lie = switches.lies.get(operation) ?? switches.lies.get('all') ?? null;
    const misbehaved = lie === null ? undefined : await misbehave(lie);
    if (misbehaved !== undefined) return misbehaved;
    if (operation === 'cacerts') return certificatesAnswer([authority.issuingCertificate, authority.rootCertificate]);
    const der = fromBase64(body.replaceAll(/\s/g, ''));
    const key = `${authorityName} ${operation} ${label} ${toHex(options.ops.digest('sm3', der))}`;
    const times = (seen.get(key) ?? 0) + 1;
    seen.set(key, times);
    if (times <= switches.pendingTimes) return pending();
    const known = issued.get(lie === 'another-answer' ? ([...issued.keys()][0] ?? '') : key);
    if (known !== undefined) return known;
    const issuing: Issuing = { authority, now: options.clock(), ops: options.ops, lie };
    const read = readRequest(der, options.ops);
    if (operation === 'simplereenroll') demandProof(proofOf(request), read, issuing);
    const made = operation === 'serverkeygen' ? keyAnswer(read, issuing) : requestAnswer(read, label, issuing);
    if (lie === null) issued.set(key, made);
    return made;
  }

  const pending = (): Answer => ({ status: 202, headers: { 'retry-after': switches.retryAfter } });

  async function misbehave(lie: Lie): Promise<Answer | 'close' | undefined> {
    switch (lie) {
      case 'delay':
        await new Promise<void>((resolve) => {
          const timer = setTimeout(resolve, delayMs);
          waiting.add(timer);
        });
        return 'close';
      case 'close':
        return 'close';
      case 'status-500':
        return { status: 500, body: 'oops' };
      case 'status-401':
        return { status: 401 };
      case 'status-400':
        return {
          status: 400,
          headers: { 'content-type': 'text/plain; charset=utf-8' },
          body: '营业执照已注销\u0007\u202e',
        };
      case 'redirect':
        return { status: 307, headers: { location: '/elsewhere' } };
      case 'pending':
        return pending();
      case 'oversize':
        return { status: 200, headers: certsOnlyHeaders, body: 'A'.repeat(2_000_000) };
      case 'garbage':
        return { status: 200, headers: certsOnlyHeaders, body: 'MIIB<html>not base64 at all' };
      case 'empty':
        return { status: 200, headers: certsOnlyHeaders, body: '' };
      case 'wrong-type':
        return { status: 200, headers: { 'content-type': 'text/html' }, body: '<h1>请登录</h1>' };
      default:
        return undefined;
    }
  }

  const listener: RequestListener = (request, response) => {
    answer(request)
      .catch((error: unknown): Answer => {
        if (!(error instanceof Refused) && !isCodedError(error)) throw error;
        return { status: 400, headers: { 'content-type': 'text/plain; charset=utf-8' }, body: error.message };
      })
      .then(
        (made) => send(response, made),
        () => send(response, { status: 500 }),
      );
  };
  const server: Server =
    options.tls === undefined
      ? createHttpServer(listener)
      : createHttpsServer(
          { ...options.tls, requestCert: options.tls.ca !== undefined, rejectUnauthorized: false },
          listener,
        );
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(options.port, options.host, resolve);
  });
  return {
    ...{ port: (server.address() as AddressInfo).port, switches, asked },
    close: () =>
      new Promise((resolve) => {
        for (const timer of waiting) clearTimeout(timer);
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  };
}

const certsOnlyHeaders = {
  'content-type': 'application/pkcs7-mime; smime-type=certs-only',
  'content-transfer-encoding': 'base64',
} as const;

function certificatesAnswer(certificates: readonly Uint8Array[], lie: Lie | null = null): Answer {
  const whole = certsOnly(certificates);
  const bytes = lie === 'cut-short' ? whole.subarray(0, whole.length - 40) : whole;
  return { status: 200, headers: certsOnlyHeaders, body: `${inLines(bytes)}\r\n` };
}

function requestAnswer(read: ReadRequest, label: string | null, issuing: Issuing): Answer {
  const single = label === 'single' || read.request.publicKey.kind !== 'sm2';
  if (issuing.lie === 'signed-message') return certificatesAnswer([new Uint8Array(40)], 'cut-short');
  return certificatesAnswer(issueForRequest(read, single ? 'both' : 'signing', issuing), issuing.lie);
}

function keyAnswer(read: ReadRequest, issuing: Issuing): Answer {
  if (read.request.publicKey.kind !== 'sm2')
    throw new Refused('加密密钥仅随 SM2 双证书下发 / dual certificates are SM2');
  const { envelope, certificates } = issueEncryptionKey(read, issuing);
  if (issuing.lie === 'no-envelope') return certificatesAnswer(certificates);
  const whole = keyAndCertificate(boundary, envelopeType, envelope, certificates);
  return {
    status: 200,
    headers: { 'content-type': `multipart/mixed; boundary=${boundary}` },
    body: issuing.lie === 'cut-short' ? whole.slice(0, -30) : whole,
  };
}

function proofOf({ headers }: IncomingMessage): Uint8Array {
  const proof = headers['onelock-renewal-proof'];
  if (typeof proof !== 'string') throw new Refused('续办须附旧证书的签名 / the old certificate has to sign');
  return fromBase64(proof);
}

/** HTTP Basic, or a TLS client certificate that was checked. */
function isCaller({ headers, socket }: IncomingMessage, { user, password, tls }: EstServerOptions): boolean {
  if (tls?.ca !== undefined && 'authorized' in socket && socket.authorized === true) return true;
  return headers.authorization === `Basic ${toBase64(utf8Encode(`${user}:${password}`))}`;
}

async function bodyOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    length += chunk.length;
    if (length > longestBody) throw new Refused('too large');
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('latin1');
}

function send(response: ServerResponse, answer: Answer | 'close'): void {
  if (answer === 'close') {
    response.destroy();
    return;
  }
  response.writeHead(answer.status, answer.headers);
  response.end(answer.body);
}
