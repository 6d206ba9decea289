import { lookup } from 'node:dns';
import { type ClientRequest, type IncomingMessage, type RequestOptions, request as requestHttp } from 'node:http';
import { request as requestHttps } from 'node:https';
import { type BlockList, isIP, type LookupFunction } from 'node:net';
import type { SecureContextOptions } from 'node:tls';
import { CodedError, isCodedError } from '@onelock/core/errors';
import { mayConnect, networksOf, type UrlOrigin } from './address-rules.ts';
import { HostTurns } from './host-turns.ts';
import { requestByProxy, wayTo } from './proxy.ts';
import { readSourceUrl, shownUrl } from './url-rules.ts';

export interface OutboundRequest {
  readonly url: string;
  readonly origin: UrlOrigin;
  readonly method?: 'GET' | 'POST' | undefined;
  readonly body?: Uint8Array | undefined;
  readonly headers?: Readonly<Record<string, string>> | undefined;
  /** Whole time, name resolution and every redirect included. */
  readonly timeoutMs: number;
  readonly limitBytes: number;
  /** Whether other statuses than 200 are answers too. */
  readonly statuses?: '200' | 'any' | undefined;
  /** `refused` where a credential goes along: nobody else may get it. */
  readonly redirects?: 'followed' | 'refused' | undefined;
  /** PEM: whom to believe about the server instead of the system's anchors, and who we are. */
  readonly tls?: OutboundTls | undefined;
}

export interface OutboundTls {
  readonly ca?: readonly string[] | undefined;
  readonly cert?: string | undefined;
  readonly key?: string | undefined;
}

export interface OutboundAnswer {
  /** Pieces in order; empty where `notModified`. */
  readonly chunks: readonly Uint8Array[];
  readonly length: number;
  readonly notModified: boolean;
  readonly etag: string | undefined;
  readonly lastModified: string | undefined;
  readonly status: number;
  readonly contentType: string | undefined;
  readonly retryAfter: string | undefined;
}

/** All addresses of a name, as the system resolves it. */
export type ResolveName = (
  name: string,
  done: (error: Error | null, addresses: readonly { readonly address: string; readonly family: number }[]) => void,
) => void;

export interface OutboundOptions {
  /** Networks beyond the public internet that listed sources may be in, as `address/prefix`. */
  readonly networks: readonly string[];
  readonly perHost?: number | undefined;
  readonly resolveName?: ResolveName | undefined;
  /** Address of an HTTP proxy, by which everything beyond `networks` is asked. */
  readonly proxy?: string | null | undefined;
}

/** The only HTTP out of the service. */
export interface Outbound {
  /**
   * Asks a source. Connects only to addresses that were checked: the name is resolved once for each connection, and the
   * connection goes to what was found. No cookies, no credentials, no compression, at most three redirects, each
   * checked like the first. By a proxy where one is configured (proxy.ts).
   *
   * @throws {CodedError} ERR_EVIDENCE_URL_UNSUPPORTED, ERR_EVIDENCE_ADDRESS_REFUSED, ERR_EVIDENCE_UNREACHABLE,
   *   ERR_EVIDENCE_TIMEOUT, ERR_EVIDENCE_STATUS, ERR_EVIDENCE_TOO_LARGE; each with `url`
   */
  ask(request: OutboundRequest): Promise<OutboundAnswer>;
  /** Ends what is under way; what is asked later fails at once. */
  close(): void;
}

/** The service stops: no fault of the source, and no failure to be remembered of it. */
export class OutboundClosed extends Error {}

const mostRedirects = 3;
const redirectStatuses: ReadonlySet<number> = new Set([301, 302, 303, 307, 308]);

const resolveBySystem: ResolveName = (name, done) => {
  lookup(name, { all: true, verbatim: true }, (error, addresses) => done(error, addresses ?? []));
};

export function createOutbound({
  networks,
  perHost = 16,
  resolveName = resolveBySystem,
  proxy,
}: OutboundOptions): Outbound {
  const via = proxy == null ? null : new URL(proxy);
  const inside = networksOf(networks);
  const turns = new HostTurns(perHost);
  const running = new Set<AbortController>();
  let closed = false;
  return {
    close() {
      closed = true;
      for (const controller of running) controller.abort(new OutboundClosed());
    },
    async ask(question) {
      if (closed) throw new OutboundClosed();
      const shown = shownUrl(question.url);
      const timeout = new CodedError('ERR_EVIDENCE_TIMEOUT', { url: shown, timeoutMs: question.timeoutMs });
      const controller = new AbortController();
      const timer = setTimeout(() => controller.abort(timeout), question.timeoutMs);
      running.add(controller);
      try {
        let url = readSourceUrl(question.url, question.origin);
        for (let redirects = 0; ; redirects++) {
          const { host } = url;
          const at = url;
          const answer = await turns
            .take(host, controller.signal, () =>
              exchange({ question, url: at, inside, resolveName, proxy: via, signal: controller.signal }),
            )
            .catch((error: unknown) => {
              // Our own refusal of where a source sent us is the source's fault.
              if (redirects === 0 || !isCodedError(error) || error.code !== 'ERR_EVIDENCE_ADDRESS_REFUSED') throw error;
              throw new CodedError('ERR_EVIDENCE_REJECTED', { url: shown, cause: error.code }, { cause: error });
            });
          if ('chunks' in answer) return answer;
          if (redirects >= mostRedirects)
            throw new CodedError('ERR_EVIDENCE_STATUS', { url: shown, status: answer.status });
          url = readSourceUrl(new URL(answer.location, url).href, question.origin);
        }
      } catch (error) {
        if (isCodedError(error) || error instanceof OutboundClosed) throw error;
        const code = error instanceof Error && 'code' in error ? String(error.code) : 'unknown';
        throw new CodedError('ERR_EVIDENCE_UNREACHABLE', { url: shown, cause: code }, { cause: error });
      } finally {
        clearTimeout(timer);
        running.delete(controller);
      }
    },
  };
}

interface Exchange {
  readonly question: OutboundRequest;
  readonly url: URL;
  readonly inside: BlockList;
  readonly resolveName: ResolveName;
  readonly proxy: URL | null;
  readonly signal: AbortSignal;
}

type RequestOptionsWithTls = RequestOptions & Pick<SecureContextOptions, 'ca' | 'cert' | 'key'>;

type Redirect = { readonly location: string; readonly status: number };

/** One request and its answer, or where to go instead. */
async function exchange(exchanged: Exchange): Promise<OutboundAnswer | Redirect> {
  const { question, url, inside, resolveName, proxy, signal } = exchanged;
  const { method = 'GET', body, headers, origin } = question;
  const shown = shownUrl(url.href);
  const refused = (address: string): CodedError =>
    new CodedError('ERR_EVIDENCE_ADDRESS_REFUSED', { url: shown, address });
  const literal = url.hostname.replace(/^\[|\]$/g, '');
  if (isIP(literal) !== 0 && !mayConnect(literal, origin, inside)) throw refused(literal);
  const options: RequestOptionsWithTls = {
    method,
    agent: false,
    signal,
    ...tlsOf(question.tls),
    lookup: checkedLookup(resolveName, (address) => mayConnect(address, origin, inside), refused),
    headers: {
      'user-agent': 'onelock',
      'accept-encoding': 'identity',
      connection: 'close',
      ...(body !== undefined && { 'content-length': body.length }),
      ...headers,
    },
  };
  const way = proxy === null ? null : await wayTo({ url, origin, inside, resolveName, refused });
  const request: ClientRequest =
    proxy !== null && way?.kind === 'proxy'
      ? await requestByProxy(proxy, { url, target: way.target }, options, shown)
      : (url.protocol === 'https:' ? requestHttps : requestHttp)(url, options);
  return new Promise((resolve, reject) => {
    // `signal` destroys the request with an AbortError; what it was aborted for is what is told.
    request.on('error', (error) => reject(signal.aborted ? signal.reason : error));
    request.on('response', (response) => {
      readAnswer(response, question, shown).then(resolve, (error: unknown) => {
        request.destroy();
        reject(signal.aborted ? signal.reason : error);
      });
    });
    request.end(body);
  });
}

function tlsOf({ ca = [], cert, key }: OutboundTls = {}): Pick<SecureContextOptions, 'ca' | 'cert' | 'key'> {
  return {
    ...(ca.length > 0 && { ca: [...ca] }),
    ...(cert !== undefined && { cert }),
    ...(key !== undefined && { key }),
  };
}

/** Gives the connection only addresses that were allowed. */
function checkedLookup(
  resolveName: ResolveName,
  allowed: (address: string) => boolean,
  refused: (address: string) => CodedError,
): LookupFunction {
  return (name, { all }, callback) => {
    resolveName(name, (error, addresses) => {
      if (error !== null) return callback(error, []);
      const good = addresses.filter(({ address }) => allowed(address));
      const [first] = good;
      if (first === undefined) return callback(refused(addresses[0]?.address ?? name), []);
      if (all === true) return callback(null, [...good]);
      return callback(null, first.address, first.family);
    });
  };
}

async function readAnswer(
  response: IncomingMessage,
  { limitBytes, method = 'GET', statuses = '200', redirects = 'followed' }: OutboundRequest,
  url: string,
): Promise<OutboundAnswer | Redirect> {
  const { statusCode = 0, headers } = response;
  const follows = redirects === 'followed' && (method === 'GET' || statusCode === 307 || statusCode === 308);
  if (redirectStatuses.has(statusCode) && headers.location !== undefined && follows) {
    response.destroy();
    return { location: headers.location, status: statusCode };
  }
  const validators = {
    ...{ etag: headers.etag, lastModified: headers['last-modified'], status: statusCode },
    ...{ contentType: headers['content-type'], retryAfter: headers['retry-after'] },
  };
  if (statusCode === 304 && statuses !== 'any') {
    response.destroy();
    return { chunks: [], length: 0, notModified: true, ...validators };
  }
  if (statusCode !== 200 && statuses !== 'any')
    throw new CodedError('ERR_EVIDENCE_STATUS', { url, status: statusCode });
  if ((headers['content-encoding'] ?? 'identity') !== 'identity')
    throw new CodedError('ERR_EVIDENCE_MALFORMED', { url, cause: 'content-encoding' });
  const tooLarge = new CodedError('ERR_EVIDENCE_TOO_LARGE', { url, limit: limitBytes });
  if (Number(headers['content-length'] ?? 0) > limitBytes) throw tooLarge;
  const chunks: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of response as AsyncIterable<Buffer>) {
    length += chunk.length;
    if (length > limitBytes) throw tooLarge;
    chunks.push(chunk);
  }
  return { chunks, length, notModified: false, ...validators };
}

/** The pieces of an answer in one, in memory that other threads may share where `shared`. */
export function joinAnswer({ chunks, length }: OutboundAnswer, memory: 'own' | 'shared'): Uint8Array {
  const whole = new Uint8Array(memory === 'shared' ? new SharedArrayBuffer(length) : new ArrayBuffer(length));
  let at = 0;
  for (const chunk of chunks) {
    whole.set(chunk, at);
    at += chunk.length;
  }
  return whole;
}
