import type { IncomingHttpHeaders } from 'node:http';
import { CodedError } from '@onelock/core/errors';

/** A page of ours sends this header with every request; a form or an image of another site can send none. */
export const pageHeader = 'x-onelock-console';

const cookieName = (origin: string): string =>
  origin.startsWith('https:') ? '__Host-onelock-console' : 'onelock-console';
const secretShape = /^[A-Za-z0-9_-]{20,200}$/;

/** The secret of the console's cookie, or undefined. The prefix `__Host-` keeps neighbours on other hosts from setting it. */
export function sessionSecretOf(headers: IncomingHttpHeaders, origin: string): string | undefined {
  const name = cookieName(origin);
  for (const part of (headers.cookie ?? '').split(';')) {
    const [key = '', ...value] = part.trim().split('=');
    if (key === name) {
      const secret = value.join('=');
      return secretShape.test(secret) ? secret : undefined;
    }
  }
  return undefined;
}

/** The cookie that gives a browser its session, or with an empty secret takes it away. It ends with the browser. */
export function sessionCookie(origin: string, secret: string): string {
  const secure = origin.startsWith('https:') ? '; Secure' : '';
  const ended = secret === '' ? '; Max-Age=0' : '';
  return `${cookieName(origin)}=${secret}; Path=/; HttpOnly; SameSite=Strict${secure}${ended}`;
}

/**
 * Lets only pages of the console use a session: they send the header, which no other site can without asking this one first, and what they
 * change carries their origin.
 *
 * @throws {CodedError} ERR_CONSOLE_ORIGIN { expected, actual }
 */
export function requireConsolePage(method: string, headers: IncomingHttpHeaders, expected: string): void {
  const { origin } = headers;
  const fetchSite = headers['sec-fetch-site'];
  const reads = method === 'GET' || method === 'HEAD';
  const fromHere = origin === expected || (reads && origin === undefined);
  const sameSite = fetchSite === undefined || fetchSite === 'same-origin';
  if (headers[pageHeader] === '1' && fromHere && sameSite) return;
  throw new CodedError('ERR_CONSOLE_ORIGIN', { expected, actual: origin ?? String(fetchSite ?? '') });
}
