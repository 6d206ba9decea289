import { type ClientRequest, type RequestOptions, request as requestHttp } from 'node:http';
import { request as requestHttps } from 'node:https';
import { type BlockList, isIP, type Socket } from 'node:net';
import { connect as connectTls, type SecureContextOptions } from 'node:tls';
import { CodedError } from '@onelock/core/errors';
import { mayConnect, type UrlOrigin } from './address-rules.ts';
import type { ResolveName } from './outbound.ts';

/** How a source is reached: by ourselves, or by the proxy under this name or address. */
export type Way = { readonly kind: 'direct' } | { readonly kind: 'proxy'; readonly target: string };

export interface WayQuestion {
  readonly url: URL;
  readonly origin: UrlOrigin;
  /** Networks that the configuration lists: they are ours, and reached without the proxy. */
  readonly inside: BlockList;
  readonly resolveName: ResolveName;
  readonly refused: (address: string) => CodedError;
}

/**
 * The rules for addresses with a proxy between. What a certificate names is resolved here, checked, and asked for by the address that was checked: the proxy cannot be led
 * elsewhere by the name. What an operator listed is checked as far as it can be resolved here, and asked for by name, by which proxies decide; where names of the
 * outside mean nothing, the operator's word counts.
 *
 * @throws {CodedError} what `refused` gives; an Error of the resolver for a certificate's name that means nothing here
 */
export async function wayTo({ url, origin, inside, resolveName, refused }: WayQuestion): Promise<Way> {
  const literal = url.hostname.replace(/^\[|\]$/g, '');
  const isInside = (address: string): boolean => inside.check(address, isIP(address) === 4 ? 'ipv4' : 'ipv6');
  if (isIP(literal) !== 0) {
    if (!mayConnect(literal, origin, inside)) throw refused(literal);
    return isInside(literal) ? { kind: 'direct' } : { kind: 'proxy', target: url.hostname };
  }
  const { error, addresses } = await resolved(resolveName, url.hostname);
  const good = addresses.filter((address) => mayConnect(address, origin, inside));
  const [first] = good;
  if (first === undefined) {
    if (addresses.length > 0) throw refused(addresses[0] ?? url.hostname);
    if (origin === 'certificate') throw error ?? refused(url.hostname);
    return { kind: 'proxy', target: url.hostname };
  }
  if (good.some(isInside)) return { kind: 'direct' };
  if (origin === 'registry') return { kind: 'proxy', target: url.hostname };
  return { kind: 'proxy', target: isIP(first) === 6 ? `[${first}]` : first };
}

function resolved(
  resolveName: ResolveName,
  name: string,
): Promise<{ readonly error: Error | null; readonly addresses: readonly string[] }> {
  return new Promise((resolve) => {
    resolveName(name, (error, found) => resolve({ error, addresses: found.map(({ address }) => address) }));
  });
}

/**
 * A request by the proxy: plain HTTP as it asks for it (RFC 9112 §3.2.2), HTTPS in a tunnel (RFC 9110 §9.3.6), whose server is verified by its own name as ever.
 *
 * @throws {CodedError} ERR_EVIDENCE_UNREACHABLE { url, cause: 'proxy 403' } when the proxy does not tunnel
 */
export async function requestByProxy(
  proxy: URL,
  { url, target }: { readonly url: URL; readonly target: string },
  options: RequestOptions & Pick<SecureContextOptions, 'ca' | 'cert' | 'key'>,
  shown: string,
): Promise<ClientRequest> {
  const { method, headers, signal, ca, cert, key } = options;
  const at = { host: proxy.hostname.replace(/^\[|\]$/g, ''), port: Number(proxy.port || 80), agent: false } as const;
  const asked = { ...headers, host: url.host };
  if (url.protocol === 'http:') {
    const path = `http://${target}${url.port === '' ? '' : `:${url.port}`}${url.pathname}${url.search}`;
    return requestHttp({ ...at, method, path, headers: asked, ...(signal && { signal }) });
  }
  const authority = `${target}:${url.port || 443}`;
  const tunnel = await openTunnel({ ...at, authority, shown, ...(signal && { signal }) });
  const servername = isIP(url.hostname.replace(/^\[|\]$/g, '')) === 0 ? url.hostname : '';
  const tls = { socket: tunnel, servername, ...(ca && { ca }), ...(cert && { cert }), ...(key && { key }) };
  return requestHttps({
    ...{ host: url.hostname, path: `${url.pathname}${url.search}`, method, headers: asked },
    ...(signal && { signal }),
    createConnection: () => connectTls(tls),
  });
}

interface Tunnel {
  readonly host: string;
  readonly port: number;
  readonly agent: false;
  readonly authority: string;
  readonly shown: string;
  readonly signal?: AbortSignal;
}

function openTunnel({ authority, shown, ...at }: Tunnel): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const request = requestHttp({ ...at, method: 'CONNECT', path: authority, headers: { host: authority } });
    request.on('error', reject);
    const denied = (status: number | undefined): void =>
      reject(new CodedError('ERR_EVIDENCE_UNREACHABLE', { url: shown, cause: `proxy ${status}` }));
    request.on('connect', ({ statusCode }, socket) => {
      if (statusCode === 200) return resolve(socket as Socket);
      socket.destroy();
      denied(statusCode);
    });
    request.on('response', (response) => {
      response.destroy();
      denied(response.statusCode);
    });
    request.end();
  });
}
