import type { CryptoOps } from '@onelock/core/crypto';
import Fastify, { type FastifyInstance } from 'fastify';
import type { ServiceClient } from '../../service-client.ts';
import { documentLimitBytes } from '../site-api.ts';
import { documentRoutes } from './document-routes.ts';
import { guardDoors } from './doors.ts';
import { loginRoutes } from './login-routes.ts';
import { servePages } from './pages.ts';
import { createSessions } from './sessions.ts';
import { answerFailure, SiteFailure } from './site-failure.ts';
import type { VouchFor } from './tickets.ts';
import { createVisits } from './visits.ts';

export interface SiteOptions {
  /** Where its pages are reached, e.g. `http://127.0.0.1:18961`. */
  readonly origin: string;
  readonly agentPorts: readonly number[];
  readonly pagesDir: string;
  readonly service: ServiceClient;
  readonly ops: CryptoOps;
  readonly clock: () => number;
  /** Makes request tickets. */
  readonly vouchFor: VouchFor;
  /** Goes to standard error. */
  readonly logLevel: 'warn' | 'silent';
}

/** The trading site, not yet listening. */
export function buildSite(options: SiteOptions): FastifyInstance {
  const { origin, agentPorts, service, ops, vouchFor } = options;
  const app = Fastify({
    bodyLimit: documentLimitBytes * 2,
    logger: { level: options.logLevel, stream: process.stderr },
    // Only what a schema names is taken; an unknown field of ours is an error, not something to drop in silence.
    ajv: { customOptions: { removeAdditional: false, coerceTypes: false } },
  });
  app.setErrorHandler((error, request, reply) => reply.send(answerFailure(error, request, reply)));
  app.setNotFoundHandler((request, reply) =>
    reply.send(answerFailure(new SiteFailure(404, 'ERR_REQUEST_NOT_FOUND'), request, reply)),
  );
  const visits = createVisits(createSessions(options.clock));
  guardDoors(app, origin, agentPorts);
  servePages(app, options.pagesDir);
  loginRoutes(app, { service, visits, origin, agentPorts, vouchFor });
  documentRoutes(app, { service, visits, ops, vouchFor });
  app.addHook('onSend', async (request, reply) => {
    if (request.url.startsWith('/api/')) reply.header('cache-control', 'no-store');
  });
  return app;
}
