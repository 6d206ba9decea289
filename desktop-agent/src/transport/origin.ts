import { CodedError } from '@onelock/core/errors';
import type { AgentConfig } from '../config.ts';
import { headerValues } from './host.ts';

/** A web origin that a browser stated and that passed the rules below, e.g. `https://ggzy.example.gov.cn`. */
export type Origin = string & { readonly brand: 'Origin' };

/** `https://`, a host name of 253 characters (RFC 1035 §2.3.4) and a port: no page can come from a longer one. */
const maxLength = 267;

const loopbackNames = new Set(['localhost', '127.0.0.1']);

/**
 * Who is speaking. A browser sets Origin and a page cannot change it; whoever sends none is no page and is refused,
 * as are opaque origins (`null`, file:, data:), extensions and plain http.
 *
 * @throws {CodedError} ERR_AGENT_ORIGIN_MISSING, ERR_AGENT_ORIGIN_DENIED { origin }
 */
export function readOrigin(rawHeaders: readonly string[], policy: AgentConfig['originPolicy']): Origin {
  const [stated, ...more] = headerValues(rawHeaders, 'origin');
  if (stated === undefined || stated === '') throw new CodedError('ERR_AGENT_ORIGIN_MISSING');
  if (more.length > 0 || !isAcceptable(stated, policy))
    throw new CodedError('ERR_AGENT_ORIGIN_DENIED', { origin: stated.slice(0, 120) });
  return stated as Origin;
}

function isAcceptable(stated: string, policy: AgentConfig['originPolicy']): boolean {
  if (stated.length > maxLength || !URL.canParse(stated)) return false;
  const url = new URL(stated);
  // Only the exact serialization counts (RFC 6454 §6.2): no path, no default port, lower case, punycode.
  if (url.origin !== stated) return false;
  if (url.protocol === 'https:') return true;
  return url.protocol === 'http:' && policy === 'loopback-http' && loopbackNames.has(url.hostname);
}
