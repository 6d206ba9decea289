import type { IncomingMessage } from 'node:http';
import { CodedError } from '@onelock/core/errors';
import { checkHost, headerValues } from '../transport/host.ts';
import { checkPeerUser } from '../transport/peer-user.ts';
import { windowHeader } from './view.ts';

/**
 * The rules of every request to the window server. `navigation` is the address itself, typed or opened by the shell;
 * `resource` what the page then loads; `act` what it sends.
 *
 * @throws {CodedError} ERR_AGENT_HOST_DENIED, ERR_AGENT_PEER_DENIED, ERR_AGENT_ORIGIN_MISSING, ERR_AGENT_ORIGIN_DENIED
 */
export function checkWindowRequest(
  request: IncomingMessage,
  port: number,
  kind: 'navigation' | 'resource' | 'act',
): void {
  checkHost(request.rawHeaders, port);
  checkPeerUser(request.socket);
  checkFetchMetadata(request, kind);
  checkOrigin(request, port, kind);
  // A form, an image or a script element cannot set it, and for a foreign page's fetch it forces a preflight, never granted.
  if (kind === 'act' && request.headers[windowHeader] !== '1') throw new CodedError('ERR_AGENT_ORIGIN_DENIED');
}

/** Browsers state who started a request (Sec-Fetch-*); only our own page may, or the person at the address bar. */
function checkFetchMetadata(request: IncomingMessage, kind: 'navigation' | 'resource' | 'act'): void {
  const site = request.headers['sec-fetch-site'];
  const destination = request.headers['sec-fetch-dest'];
  const allowed = kind === 'navigation' ? ['none', 'same-origin'] : ['same-origin'];
  const foreign = site !== undefined && !allowed.includes(String(site));
  const framed = kind === 'navigation' && destination !== undefined && destination !== 'document';
  if (foreign || framed)
    throw new CodedError('ERR_AGENT_ORIGIN_DENIED', { origin: String(request.headers.origin ?? site) });
}

function checkOrigin(request: IncomingMessage, port: number, kind: 'navigation' | 'resource' | 'act'): void {
  const origins = headerValues(request.rawHeaders, 'origin');
  const own = `http://${headerValues(request.rawHeaders, 'host')[0] ?? `127.0.0.1:${port}`}`;
  if (origins.length === 0) {
    if (kind === 'act') throw new CodedError('ERR_AGENT_ORIGIN_MISSING');
    return;
  }
  if (origins.length > 1 || origins[0] !== own)
    throw new CodedError('ERR_AGENT_ORIGIN_DENIED', { origin: (origins[0] ?? '').slice(0, 120) });
}
