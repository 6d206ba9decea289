import { CodedError } from '@onelock/core/errors';

const developerHosts = new Set(['localhost', '127.0.0.1', '[::1]']);

/**
 * A platform's origin as browsers serialise it (WHATWG URL §4.7): https, or http on this machine for developers.
 *
 * @throws {CodedError} ERR_REQUEST_INVALID { field, rule: 'origin' }
 */
export function checkOrigin(origin: string, field: string): string {
  const url = URL.canParse(origin) ? new URL(origin) : null;
  const secure = url?.protocol === 'https:' || (url?.protocol === 'http:' && developerHosts.has(url.hostname));
  if (url === null || url.origin !== origin || !secure)
    throw new CodedError('ERR_REQUEST_INVALID', { field, rule: 'https origin, e.g. https://bid.example.cn' });
  return origin;
}
