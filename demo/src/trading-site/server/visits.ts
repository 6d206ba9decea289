import type { FastifyRequest } from 'fastify';
import type { LoginFacts } from '../site-api.ts';
import { readSessionCookie } from './cookie.ts';
import type { Session, Sessions } from './sessions.ts';
import { SiteFailure } from './site-failure.ts';

/** Whose request it is. */
export interface Visits {
  of(request: FastifyRequest): Session | null;
  /** @throws {SiteFailure} ERR_AUTH_REQUIRED */
  ofSomeoneLoggedIn(request: FastifyRequest): Session & { readonly login: LoginFacts };
  open(): Session;
  end(id: string): void;
}

export function createVisits(sessions: Sessions): Visits {
  const of = (request: FastifyRequest): Session | null => sessions.find(readSessionCookie(request.headers.cookie));
  return {
    of,
    ofSomeoneLoggedIn(request) {
      const session = of(request);
      if (session === null || !isLoggedIn(session)) throw new SiteFailure(401, 'ERR_AUTH_REQUIRED');
      return session;
    },
    open: sessions.open,
    end: sessions.end,
  };
}

function isLoggedIn(session: Session): session is Session & { readonly login: LoginFacts } {
  return session.login !== null;
}
