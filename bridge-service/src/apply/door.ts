import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { CodedError } from '@onelock/core/errors';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import Type from 'typebox';
import { negotiateLocale } from '../plugins/locale.ts';
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

/** Beside the build, and from the sources where the build is. */
const folders = ['../pages', '../../dist/pages'].map((folder) =>
  path.resolve(path.dirname(fileURLToPath(import.meta.url)), folder),
);

const pageFiles = {
  'apply.js': 'text/javascript; charset=utf-8',
  'apply.css': 'text/css; charset=utf-8',
} as const;

/** A person makes an application now and then; whoever makes more has a platform's credential. */
const madePerMinute = 10;

/**
 * The service's own page for applying and renewing, at `/apply`, and what it asks. Nobody logs in: each application has a key of its own,
 * which the page holds and which opens that application alone.
 */
export function installApplyPage(app: FastifyInstance, context: RouteContext): void {
  pageRoutes(app, context);
  applicationActs(app, context);
}

function pageRoutes(app: FastifyInstance, { config }: RouteContext): void {
  const options = { schema: { hide: true } as object, config: { access: 'open' } as const };
  app.get('/apply', options, async (request, reply) => {
    const origin = publicOriginOf(app, config);
    // A developer's browser may know this machine by its other name, which to agents is another site.
    if (config.publicUrl === null && request.headers.host?.startsWith('localhost:'))
      if (origin.startsWith('http://127.0.0.1:')) return reply.redirect(`${origin}/apply`, 302);
    return reply
      .headers(pageHeaders(config.loginAgentPorts))
      .type('text/html; charset=utf-8')
      .send(applyPage(negotiateLocale(request.headers['accept-language']), config.loginAgentPorts));
  });
  for (const [name, type] of Object.entries(pageFiles))
    app.get(`/apply/page/${name}`, options, async (_request, reply) =>
      reply
        .type(type)
        .header('cache-control', 'no-cache')
        .send(await readPage(name)),
    );
}

async function readPage(name: string): Promise<Buffer> {
  for (const folder of folders) {
    try {
      return await readFile(path.join(folder, name));
    } catch (error) {
      if (!(error instanceof Error && 'code' in error && error.code === 'ENOENT')) throw error;
    }
  }
  throw new CodedError('ERR_REQUEST_NOT_FOUND');
}

/** No frame, no script and no style but our own files; to the network only this service and the agent. */
function pageHeaders(agentPorts: readonly number[]): Readonly<Record<string, string>> {
  const agent = agentPorts.map((port) => `ws://127.0.0.1:${port}`).join(' ');
  return {
    'content-security-policy': `default-src 'none'; script-src 'self'; style-src 'self'; img-src data:; connect-src 'self' ${agent}; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types 'none'`,
    'x-frame-options': 'DENY',
    'x-content-type-options': 'nosniff',
    'referrer-policy': 'no-referrer',
    'cross-origin-opener-policy': 'same-origin',
    'permissions-policy': 'camera=(), microphone=(), geolocation=()',
    'cache-control': 'no-store',
  };
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
    demandPage(request, publicOriginOf(server, config));
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
      demandPage(request, publicOriginOf(server, config));
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

/** A form of another site can send neither this header nor this origin. @throws {CodedError} ERR_LOGIN_ORIGIN_MISMATCH */
function demandPage({ headers }: Pick<FastifyRequest, 'headers'>, origin: string): void {
  if (headers.origin === origin && headers['x-onelock-page'] === 'apply') return;
  throw new CodedError('ERR_LOGIN_ORIGIN_MISMATCH', { expected: origin, actual: String(headers.origin ?? '') });
}
