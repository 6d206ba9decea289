import { CodedError } from '@onelock/core/errors';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type Provider from 'oidc-provider';
import { errors } from 'oidc-provider';
import Type from 'typebox';
import { Compile } from 'typebox/compile';
import { secretsFolderOf } from '../config.ts';
import { demandOwnPage } from '../hosted-pages/demand-own-page.ts';
import { agentSources, hostedPageHeaders } from '../hosted-pages/page-headers.ts';
import { openToAll, servePageFiles } from '../hosted-pages/serve-page.ts';
import { createBackChannel } from '../outbound/index.ts';
import { negotiateLocale } from '../plugins/locale.ts';
import { publicOriginOf } from '../public-origin.ts';
import type { RouteContext } from '../routes/context.ts';
import { UseContextSchema } from '../routes/schemas/questions.ts';
import { readOrMakeKey } from '../secrets/secret-file.ts';
import type { GivenUpLogin } from '../services/give-up-login.ts';
import { askedFrom } from '../services/phone/asked-from.ts';
import type { UseContext } from '../services/watch-list/watch-use.ts';
import { createProvider } from './create-provider.ts';
import { bindResult } from './finish-cookie.ts';
import { type InteractionPorts, openLoginChallenge, takeLoginToken, tellFailure } from './interaction.ts';
import { errorPage, loginPage } from './pages.ts';
import {
  acceptsPhone,
  beginPhoneLogin,
  cancelPhoneLogin,
  finishPhoneLogin,
  ownerOf,
  phonesAreHere,
} from './phone-login.ts';
import { createOrderStream } from './phone-stream.ts';
import { newScreenCookie } from './screen-cookie.ts';
import { loadSigningKeys } from './signing-keys.ts';

/** How long a node goes on with the keys that it has read. */
const keysCheckedMs = 60_000;

interface Issuer {
  readonly origin: string;
  readonly provider: Provider;
}

/** OpenID Connect at `/oidc`, and the hosted login page. @returns what judges a login that comes another way, from a phone */
export async function installOpenIdConnect(app: FastifyInstance, context: RouteContext): Promise<InteractionPorts> {
  const issuer = issuerOf(app, context);
  const secrets = secretsFolderOf(context.config);
  const subjectKey = readOrMakeKey(secrets, 'subject-key', (length) => context.ports.ops.random(length));
  const interaction: InteractionPorts = { ports: context.ports, profile: context.config.loginProfile, subjectKey };

  servePageFiles(app, '/oidc/page', 'login');
  interactionRoutes(app, context, issuer, interaction);
  await app.register(async (provided) => {
    // The provider reads bodies itself.
    provided.removeAllContentTypeParsers();
    provided.addContentTypeParser('*', (_request, _payload, done) => done(null));
    provided.route({
      method: ['GET', 'POST', 'OPTIONS'],
      url: '/oidc/*',
      schema: { hide: true } as object,
      config: {
        access: 'open',
        // Tokens are fetched by platforms' servers, each from one address, for everybody who logs in there.
        rateLimit: { max: context.config.callerRequestsPerMinute },
      } as object,
      handler: async (request, reply) => {
        const { origin, provider } = await issuer();
        reply.hijack();
        await handOver(request, reply, origin, provider);
      },
    });
  });
  return interaction;
}

/** The provider, made again when its keys have changed. The issuer is configured, or where a developer's service listens. */
function issuerOf(app: FastifyInstance, context: RouteContext): () => Promise<Issuer> {
  const { config, ports } = context;
  const cookieKey = readOrMakeKey(secretsFolderOf(config), 'cookie-key', (length) => ports.ops.random(length));
  const backChannel = config.outbound
    ? createBackChannel({ networks: config.outboundNetworks, proxy: config.outboundProxy })
    : async () => Promise.reject(new CodedError('ERR_SERVICE_UNAVAILABLE'));
  let made: { readonly issuer: Issuer; readonly version: string } | null = null;
  let checkedAt = Number.NEGATIVE_INFINITY;
  let checking: Promise<Issuer> | null = null;

  const check = async (): Promise<Issuer> => {
    const keys = await loadSigningKeys(ports);
    const origin = publicOriginOf(app, config);
    if (made === null || made.version !== keys.version)
      made = {
        issuer: {
          origin,
          provider: createProvider({ ports, profile: config.loginProfile, origin, cookieKey, keys, backChannel }),
        },
        version: keys.version,
      };
    checkedAt = performance.now();
    return made.issuer;
  };
  return async () => {
    if (made !== null && performance.now() - checkedAt < keysCheckedMs) return made.issuer;
    checking ??= check().finally(() => {
      checking = null;
    });
    return checking;
  };
}

/** What the provider says of itself follows the configured address, never what a request claims about its way. */
function seenAs(request: FastifyRequest, origin: string): void {
  const { protocol, host } = new URL(origin);
  request.raw.headers['x-forwarded-proto'] = protocol.slice(0, -1);
  request.raw.headers['x-forwarded-host'] = host;
  request.raw.headers.host = host;
}

async function handOver(
  request: FastifyRequest,
  reply: FastifyReply,
  origin: string,
  provider: Provider,
): Promise<void> {
  const { raw } = request;
  seenAs(request, origin);
  // The provider adds the digest of its own script where it has one.
  for (const [name, value] of Object.entries(hostedPageHeaders("script-src 'none'; img-src data:")))
    reply.raw.setHeader(name, value);
  reply.raw.setHeader('x-request-id', request.id);
  Object.assign(raw, { originalUrl: raw.url, url: raw.url?.slice('/oidc'.length) });
  await provider.callback()(raw, reply.raw);
}

const useContext = Compile(UseContextSchema);

/** @throws {CodedError} ERR_REQUEST_INVALID */
function readContext(context: unknown): UseContext | undefined {
  if (context === undefined) return undefined;
  if (!useContext.Check(context)) throw new CodedError('ERR_REQUEST_INVALID', { field: '/context', rule: 'schema' });
  return context;
}

const failure = Compile(
  Type.Object(
    {
      challenge: Type.String({ pattern: '^chl_[0-9a-f]{32}$' }),
      code: Type.String({ pattern: '^ERR_[A-Z0-9_]{1,76}$' }),
      context: Type.Optional(UseContextSchema),
    },
    { additionalProperties: false },
  ),
);

/** @throws {CodedError} ERR_REQUEST_INVALID */
function readFailure(body: unknown): GivenUpLogin {
  if (!failure.Check(body)) throw new CodedError('ERR_REQUEST_INVALID', { field: 'body', rule: 'schema' });
  return body;
}

const phoneOrder = Compile(
  Type.Object({ order: Type.String({ pattern: '^ord_[0-9a-f]{32}$' }) }, { additionalProperties: false }),
);

/** @throws {CodedError} ERR_REQUEST_INVALID */
function readOrder(given: unknown): string {
  if (!phoneOrder.Check(given)) throw new CodedError('ERR_REQUEST_INVALID', { field: '/order', rule: 'schema' });
  return given.order;
}

type InteractionRequest = FastifyRequest<{ Params: { uid: string } }>;

/** The acts of the hosted page. Each needs the cookie that the provider gave this browser for this interaction. */
function interactionRoutes(
  app: FastifyInstance,
  context: RouteContext,
  issuer: () => Promise<Issuer>,
  interaction: InteractionPorts,
): void {
  const { config, ports } = context;
  const detailsOf = async ({ origin, provider }: Issuer, request: InteractionRequest, reply: FastifyReply) => {
    seenAs(request, origin);
    const details = await provider.interactionDetails(request.raw, reply.raw);
    if (details.uid !== request.params.uid) throw new errors.SessionNotFound('interaction session');
    return details;
  };

  app.get<{ Params: { uid: string } }>('/oidc/interaction/:uid', openToAll, async (request, reply) => {
    const asked = request.headers['accept-language'];
    const agents = agentSources(config.loginAgentPorts);
    reply.headers(
      hostedPageHeaders(`script-src 'self'; img-src data:; connect-src 'self' ${agents}; form-action 'none'`),
    );
    reply.type('text/html; charset=utf-8');
    const served = await issuer();
    try {
      const { params, uid } = await detailsOf(served, request, reply);
      const client = await served.provider.Client.find(String(params.client_id));
      const locale = negotiateLocale(typeof params.ui_locales === 'string' ? listed(params.ui_locales) : asked);
      const name = client?.clientName ?? String(params.client_id);
      const byPhone = acceptsPhone(params) && (await phonesAreHere(ports));
      const back = String(params.redirect_uri ?? '');
      const site = URL.canParse(back) ? new URL(back).origin : '';
      return loginPage({ locale, client: name, site, uid, agentPorts: config.loginAgentPorts, byPhone });
    } catch (error) {
      if (!(error instanceof errors.OIDCProviderError)) throw error;
      return reply.code(400).send(errorPage(asked ?? '', error));
    }
  });

  const act = (
    name: 'challenge' | 'login' | 'failure' | 'cancel' | `phone/${'order' | 'finish' | 'cancel'}`,
    run: (issuer: Issuer, request: InteractionRequest, reply: FastifyReply) => Promise<object>,
  ): void => {
    app.post<{ Params: { uid: string } }>(`/oidc/interaction/:uid/${name}`, openToAll, async (request, reply) => {
      reply.header('cache-control', 'no-store');
      const served = await issuer();
      demandOwnPage(request, 'login', served.origin);
      try {
        return await run(served, request, reply);
      } catch (error) {
        if (error instanceof errors.OIDCProviderError)
          throw new CodedError('ERR_LOGIN_CHALLENGE_UNKNOWN', {}, { cause: error });
        throw error;
      }
    });
  };
  act('challenge', async (served, request, reply) => {
    const details = await detailsOf(served, request, reply);
    return openLoginChallenge(interaction, served.origin, details, request.id);
  });
  act('login', async (served, request, reply) => {
    const details = await detailsOf(served, request, reply);
    const { token, context } = (request.body ?? {}) as { token?: unknown; context?: unknown };
    const presented = { token, context: readContext(context) };
    const { login, result } = await takeLoginToken(interaction, served.origin, details, request.id, presented);
    if (result === null) return { indication: login.indication, reason: login.reason ?? null, loginId: login.id };
    const bound = bindResult(ports, served.origin, result);
    reply.header('set-cookie', bound.cookie);
    const redirectTo = await served.provider.interactionResult(request.raw, reply.raw, bound.result);
    return { indication: login.indication, reason: null, loginId: login.id, redirectTo };
  });
  act('failure', async (served, request, reply) => {
    const details = await detailsOf(served, request, reply);
    await tellFailure(interaction, served.origin, details, request.id, readFailure(request.body));
    return {};
  });
  act('phone/order', async (served, request, reply) => {
    const details = await detailsOf(served, request, reply);
    const screen = newScreenCookie(ports, served.origin);
    reply.header('set-cookie', screen.cookie);
    const from = askedFrom(request.ip, request.headers['user-agent']);
    const asked = { screenDigest: screen.digest, askedFrom: from };
    return beginPhoneLogin(interaction, served.origin, details, request.id, asked);
  });
  act('phone/finish', async (served, request, reply) => {
    const details = await detailsOf(served, request, reply);
    const result = await finishPhoneLogin(ports, details, request.id, readOrder(request.body));
    const bound = bindResult(ports, served.origin, result);
    reply.header('set-cookie', bound.cookie);
    return { redirectTo: await served.provider.interactionResult(request.raw, reply.raw, bound.result) };
  });
  act('phone/cancel', async (served, request, reply) => {
    const details = await detailsOf(served, request, reply);
    await cancelPhoneLogin(ports, details, request.id, readOrder(request.body));
    return {};
  });
  const stream = createOrderStream(app, context);
  app.get<{ Params: { uid: string } }>('/oidc/interaction/:uid/phone/stream', openToAll, async (request, reply) => {
    const id = readOrder(request.query);
    try {
      const ownerDigest = ownerOf(ports, await detailsOf(await issuer(), request, reply));
      return await stream.serve(request, reply, { ownerDigest, id });
    } catch (error) {
      if (error instanceof errors.OIDCProviderError)
        throw new CodedError('ERR_LOGIN_CHALLENGE_UNKNOWN', {}, { cause: error });
      throw error;
    }
  });
  act('cancel', async (served, request, reply) => {
    await detailsOf(served, request, reply);
    const result = { error: 'access_denied', error_description: 'the person gave the login up' };
    return { redirectTo: await served.provider.interactionResult(request.raw, reply.raw, result) };
  });
}

/** `ui_locales` is a list with spaces between. */
const listed = (locales: string): string => locales.trim().split(/\s+/).join(',');
