import { fromBase64 } from '@onelock/core/bytes';
import { isCodedError } from '@onelock/core/errors';
import { type Certificate, parseCertificate } from '@onelock/core/x509';
import type { FastifyInstance } from 'fastify';
import type { ServiceClient } from '../../service-client.ts';
import type { ChallengeFacts, DeviceFacts, LoginFacts, SessionFacts } from '../site-api.ts';
import { endedCookie, sessionCookie } from './cookie.ts';
import { SiteFailure } from './site-failure.ts';
import type { VouchFor } from './tickets.ts';
import type { Visits } from './visits.ts';

export interface LoginRoutesOptions {
  readonly service: ServiceClient;
  readonly visits: Visits;
  readonly origin: string;
  readonly agentPorts: readonly number[];
  readonly vouchFor: VouchFor;
}

interface LoginTokenBody {
  readonly context?: DeviceFacts;
  readonly token: { readonly challenge: string; readonly certificate: string } & Readonly<Record<string, unknown>>;
}

const tokenText = { type: 'string', maxLength: 200_000 } as const;
const tokenSchema = {
  type: 'object',
  required: ['token'],
  properties: {
    token: {
      type: 'object',
      required: ['challenge', 'certificate'],
      properties: { challenge: tokenText, certificate: tokenText },
    },
    context: {
      type: 'object',
      additionalProperties: false,
      properties: {
        driver: { type: 'string', pattern: '^[a-z0-9][a-z0-9-]*$', maxLength: 64 },
        deviceSerial: { type: 'string', pattern: '^[\\x21-\\x7e]+$', maxLength: 64 },
      },
    },
  },
} as const;

/** Logging in, out, and who one is. The challenge and the verdict come from the service, server to server. */
export function loginRoutes(
  app: FastifyInstance,
  { service, visits, origin, agentPorts, vouchFor }: LoginRoutesOptions,
): void {
  app.get('/api/session', async (request): Promise<SessionFacts> => {
    return { login: visits.of(request)?.login ?? null, agentPorts };
  });

  app.post('/api/login/challenge', async (request, reply): Promise<ChallengeFacts> => {
    const opened = await service.post<ChallengeFacts>('/v1/challenges', { origin });
    const session = visits.of(request) ?? visits.open();
    session.challenge = opened.challenge;
    reply.header('set-cookie', sessionCookie(session.id, origin));
    // The digest of a login's ticket is over the challenge.
    const ticket = await vouchFor('authenticate', fromBase64(opened.challenge), '登录：示范省公共资源交易平台（演示）');
    return { challenge: opened.challenge, expiresAt: opened.expiresAt, ticket };
  });

  app.post<{ Body: LoginTokenBody }>(
    '/api/login',
    { schema: { body: tokenSchema } },
    async (request, reply): Promise<LoginFacts> => {
      const { token, context } = request.body;
      const asked = visits.of(request);
      // The token must answer the challenge of this very browser, or a stranger's token could be planted in it.
      if (asked === null || asked.challenge === null || asked.challenge !== token.challenge)
        throw new SiteFailure(403, 'ERR_LOGIN_CHALLENGE_UNKNOWN');
      asked.challenge = null;
      const validity = validityOf(readCertificate(token.certificate));
      const judged = await service.post<Omit<LoginFacts, 'validity'>>('/v1/logins', { token, context });
      const login = { ...judged, validity };
      if (login.indication !== 'passed') return login;
      // A new session for the new standing: what was known before the login is worth nothing after it.
      visits.end(asked.id);
      const session = visits.open();
      session.login = login;
      reply.header('set-cookie', sessionCookie(session.id, origin));
      return login;
    },
  );

  app.post('/api/logout', async (request, reply) => {
    const session = visits.of(request);
    if (session !== null) visits.end(session.id);
    reply.header('set-cookie', endedCookie);
    return {};
  });
}

function readCertificate(base64: string): Certificate {
  try {
    return parseCertificate(fromBase64(base64));
  } catch (error) {
    if (isCodedError(error)) throw new SiteFailure(400, error.code, error.params);
    throw error;
  }
}

function validityOf({ notBefore, notAfter }: Certificate): LoginFacts['validity'] {
  return { notBefore: notBefore.toISOString(), notAfter: notAfter.toISOString() };
}
