import type { FastifyRequest } from 'fastify';
import { newToken, secretDigest } from '../services/identifiers.ts';
import { shownSeconds } from '../services/phone/order-life.ts';
import type { Ports } from '../services/ports/ports.ts';
import { cookieOf } from './cookie-of.ts';

const nameAt = (origin: string): string => (origin.startsWith('https:') ? '__Host-onelock-screen' : 'onelock-screen');

/** By this cookie the phone's page shows that it runs in the very browser whose screen asks: nobody has sent it the code. */
export function newScreenCookie({ ops }: Pick<Ports, 'ops'>, origin: string) {
  const secret = newToken(ops);
  const secure = origin.startsWith('https:') ? '; Secure' : '';
  return {
    digest: secretDigest(secret, ops),
    cookie: `${nameAt(origin)}=${secret}; Path=/; Max-Age=${shownSeconds}; HttpOnly; SameSite=Strict${secure}`,
  };
}

/** @returns null for a browser that is no screen's */
export function screenDigestOf(
  { ops }: Pick<Ports, 'ops'>,
  request: Pick<FastifyRequest, 'headers'>,
  origin: string,
): string | null {
  const shown = cookieOf(request, nameAt(origin));
  return shown === undefined ? null : secretDigest(shown, ops);
}
