import { CodedError } from '@onelock/core/errors';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import Type from 'typebox';
import { demandOwnPage } from '../hosted-pages/demand-own-page.ts';
import { agentSources, hostedPageHeaders, withoutForms } from '../hosted-pages/page-headers.ts';
import { servePage } from '../hosted-pages/serve-page.ts';
import { publicOriginOf } from '../public-origin.ts';
import { streamApplication } from '../routes/application-stream.ts';
import type { App, RouteContext } from '../routes/context.ts';
import { ApplicationInputSchema, SubmissionSchema } from '../routes/schemas/applications.ts';
import { byId, closed } from '../routes/schemas/common.ts';
import type { ApplicationAct, Reach } from '../services/applications/application-act.ts';
import { findRenewable } from '../services/applications/find-renewable.ts';
import {
  findApplication,
  findDelivery,
  installApplication,
  withdrawApplication,
} from '../services/applications/follow-application.ts';
import { listOffers } from '../services/applications/list-offers.ts';
import { makeApplication } from '../services/applications/make-application.ts';
import { submitApplication } from '../services/applications/submit-application.ts';
import { secretDigest } from '../services/identifiers.ts';
import { applyPage } from './pages.ts';

/** A person makes an application now and then; whoever makes more has a platform's credential. */
const madePerMinute = 10;

/**
 * The service's own page for applying and renewing, at `/apply`, and what it asks. Nobody logs in: each application has a key of its own,
 * which the page holds and which opens that application alone.
 */
export function installApplyPage(app: FastifyInstance, context: RouteContext): void {
  const { loginAgentPorts } = context.config;
  servePage(app, context, 'apply', {
    headers: hostedPageHeaders(
      `script-src 'self'; img-src data:; connect-src 'self' ${agentSources(loginAgentPorts)}; ${withoutForms}`,
    ),
    document: (locale) => applyPage(locale, loginAgentPorts),
  });
  applicationActs(app, context);
}

type ActRequest = FastifyRequest<{ Params: { id: string } }>;

function applicationActs(server: FastifyInstance, context: RouteContext): void {
  const app = server as unknown as App;
  const { ports, config } = context;
  const open = { access: 'open' } as const;
  const hidden = <Parts extends object>(parts: Parts): Parts => ({ hide: true, ...parts });
  const reachOf = ({ headers }: Pick<FastifyRequest, 'headers'>): Reach => {
    const key = headers['onelock-application-key'];
    if (typeof key !== 'string') throw new CodedError('ERR_REQUEST_NOT_FOUND');
    return { kind: 'applicant', keyDigest: secretDigest(key.slice(0, 200), ports.ops) };
  };
  const actBy = (request: Pick<FastifyRequest, 'headers' | 'id'>, reach = reachOf(request)): ApplicationAct => {
    demandOwnPage(request, 'apply', publicOriginOf(server, config));
    const author = { actor: 'applicant', role: 'none', requestId: request.id } as const;
    return { author, reach, transaction: ports.store.transaction };
  };
  const params = byId('app');

  app.get('/apply/api/offers', { schema: hidden({}), config: open }, async () => ({
    offers: await listOffers(ports, 'public'),
  }));
  app.post(
    '/apply/api/renewable',
    {
      schema: hidden({ body: closed({ certificate: Type.String({ minLength: 1, maxLength: 32_768 }) }) }),
      config: open,
    },
    async (request) => {
      demandOwnPage(request, 'apply', publicOriginOf(server, config));
      return findRenewable(ports, request.body.certificate);
    },
  );
  app.post(
    '/apply/api/applications',
    {
      schema: hidden({ body: ApplicationInputSchema }),
      config: {
        ...open,
        rateLimit: { max: Math.min(madePerMinute, config.anonymousRequestsPerMinute) },
      } as typeof open,
    },
    async (request, reply) => {
      reply.code(201);
      const nobody: Reach = { kind: 'applicant', keyDigest: '' };
      return makeApplication(ports, actBy(request, nobody), request.body, 'public');
    },
  );
  app.get('/apply/api/applications/:id', { schema: hidden({ params }), config: open }, async (request) =>
    findApplication(ports, reachOf(request), request.params.id),
  );
  app.get('/apply/api/applications/:id/delivery', { schema: hidden({ params }), config: open }, async (request) =>
    findDelivery(ports, reachOf(request), request.params.id),
  );
  app.post(
    '/apply/api/applications/:id/submission',
    { schema: hidden({ params, body: SubmissionSchema }), config: open },
    async (request) => submitApplication(ports, actBy(request), request.params.id, request.body),
  );
  for (const [name, act] of [
    ['installation', installApplication],
    ['withdrawal', withdrawApplication],
  ] as const)
    app.post(
      `/apply/api/applications/:id/${name}` as '/apply/api/applications/:id/withdrawal',
      { schema: hidden({ params }), config: open },
      async (request) => act(ports, actBy(request), request.params.id),
    );
  streamApplication(app, context, '/apply/api/applications/:id/stream', 'open', (request: ActRequest) =>
    reachOf(request),
  );
}
