import { readFileSync } from 'node:fs';
import type { Socket } from 'node:net';
import { createSecureContext } from 'node:tls';
import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox';
import { toHex } from '@onelock/core/bytes';
import { CodedError } from '@onelock/core/errors';
import fastify, {
  type FastifyBaseLogger,
  type FastifyInstance,
  type FastifyReply,
  type FastifyRequest,
  LogController,
} from 'fastify';
import type { TSchema } from 'typebox';
import { Compile } from 'typebox/compile';
import { installApplyPage } from './apply/door.ts';
import type { ServiceConfig } from './config.ts';
import { configKeys } from './config-keys.ts';
import { installConsole } from './console/serve-pages.ts';
import { measureEvidence } from './evidence/index.ts';
import { isLoopback } from './loopback.ts';
import { installOpenIdConnect } from './oidc/index.ts';
import { installPhonePage } from './phone/door.ts';
import { installAuthentication } from './plugins/authentication.ts';
import { clientCertificates, networks } from './plugins/client-certificate.ts';
import { measureClock } from './plugins/clock-metrics.ts';
import { installDocumentation } from './plugins/documentation.ts';
import { answerBrokenRequest, answerError, installErrorHandler, toCodedError } from './plugins/error-handler.ts';
import { installMetrics } from './plugins/metrics.ts';
import { installRateLimit } from './plugins/rate-limit.ts';
import { rememberRefusals } from './plugins/refusals.ts';
import { installSecurityHeaders } from './plugins/security-headers.ts';
import { measureStore } from './plugins/store-metrics.ts';
import { compileSchema } from './plugins/validation.ts';
import { publicOriginOf } from './public-origin.ts';
import { administratorRoutes } from './routes/administrators.ts';
import { alertRoutes } from './routes/alerts.ts';
import { applicationRoutes } from './routes/applications.ts';
import { auditRoutes } from './routes/audit.ts';
import { callerRoutes } from './routes/callers.ts';
import { caRoutes } from './routes/cas.ts';
import { certificateRoutes } from './routes/certificates.ts';
import { challengeRoutes } from './routes/challenges.ts';
import { changeSetRoutes } from './routes/change-sets.ts';
import { companyRoutes } from './routes/companies.ts';
import { consoleRoutes } from './routes/console.ts';
import { consoleUserRoutes } from './routes/console-users.ts';
import type { App, RouteContext } from './routes/context.ts';
import { driverCatalogueRoutes } from './routes/driver-catalogue.ts';
import { enrolmentRoutes } from './routes/enrolments.ts';
import { eventRoutes } from './routes/events.ts';
import { evidenceSourceRoutes } from './routes/evidence-sources.ts';
import { historyRoutes } from './routes/history.ts';
import { importRoutes } from './routes/imports.ts';
import { judgementRoutes } from './routes/judgements.ts';
import { loginRoutes } from './routes/logins.ts';
import { oidcClientRoutes } from './routes/oidc-clients.ts';
import { operationRoutes } from './routes/operation.ts';
import { platformWebhookRoutes } from './routes/platform-webhooks.ts';
import { platformRoutes } from './routes/platforms.ts';
import { profileRoutes } from './routes/profiles.ts';
import { registeredCertificateRoutes } from './routes/registered-certificates.ts';
import { registryExportRoutes } from './routes/registry-exports.ts';
import { sealRoutes } from './routes/seals.ts';
import { searchRoutes } from './routes/search.ts';
import { signatureRoutes } from './routes/signatures.ts';
import { statisticsRoutes } from './routes/statistics.ts';
import { statusRoutes } from './routes/status.ts';
import { supportRoutes } from './routes/support.ts';
import { ticketRoutes } from './routes/tickets.ts';
import { timestampRoutes } from './routes/timestamps.ts';
import { watchListRoutes } from './routes/watch-list.ts';
import { webhookRoutes } from './routes/webhooks.ts';
import { createSessionJudge } from './services/console/session-judge.ts';
import type { Ports } from './services/ports/ports.ts';
import { spareRandom } from './services/spare-random.ts';

export interface AppOptions {
  readonly config: ServiceConfig;
  readonly ports: Ports;
  readonly logger: FastifyBaseLogger;
  readonly isStoreUnavailable: (error: unknown) => boolean;
  /** Compare every answer with its schema and fail on a difference; for tests. */
  readonly checkAnswers?: boolean;
}

/** Builds the service without listening. */
export async function buildApp(options: AppOptions): Promise<FastifyInstance> {
  const { config, ports, logger } = options;
  const errorOptions = { bodyLimitBytes: config.bodyLimitBytes, isStoreUnavailable: options.isStoreUnavailable };
  const app = fastify({
    loggerInstance: logger,
    logController: new LogController({ disableRequestLogging: true, requestIdLogLabel: 'requestId' }),
    bodyLimit: config.bodyLimitBytes,
    requestTimeout: config.requestTimeoutMs,
    keepAliveTimeout: 65_000,
    ...serverOptions(config),
    return503OnClosing: false,
    forceCloseConnections: 'idle',
    trustProxy: config.trustedProxies.length > 0 ? [...config.trustedProxies] : false,
    // It begins with the time, by which the audit log is searched for it (services/support).
    genReqId: () => `req_${ports.clock().getTime().toString(16).padStart(12, '0')}${toHex(spareRandom(ports.ops, 6))}`,
    clientErrorHandler: (error, socket) => answerBrokenRequest(error, socket as Socket, config.requestTimeoutMs),
    routerOptions: { maxParamLength: 200 },
    // A URL that cannot be decoded reaches no route and no error handler.
    frameworkErrors: (error, request, reply) => {
      answerError(toCodedError(error, errorOptions), error, request as FastifyRequest, reply as FastifyReply);
    },
  }) as unknown as FastifyInstance;

  app.setValidatorCompiler(compileSchema);
  app.setSerializerCompiler(({ schema }) =>
    options.checkAnswers ? checkedSerializer(schema as TSchema) : JSON.stringify,
  );
  app.removeContentTypeParser('text/plain');

  installErrorHandler(app, errorOptions);
  installLogging(app);
  refuseWhenClosing(app);
  refuseUntrustedPeers(app, config);
  const judgeSession = createSessionJudge(ports, {
    profile: config.loginProfile,
    checkMs: config.consoleCheckSeconds * 1000,
    graceMs: config.consoleGraceMinutes * 60_000,
  });
  installAuthentication(app, ports, {
    originOfPages: () => publicOriginOf(app, config),
    clientCertificate: clientCertificates(config),
    judgeSession,
  });
  installSecurityHeaders(app, config.tlsCertificateFile !== null);
  app.addHook('onSend', async (request, reply) => {
    reply.header('x-request-id', request.id);
    if (/^\/(v1|phone\/api)\//.test(request.url)) reply.header('cache-control', 'no-store');
  });
  await installRateLimit(app, config, ports);
  const metrics = installMetrics(app);
  measureEvidence(metrics.registry, ports);
  measureStore(metrics.registry, ports);
  measureClock(metrics.registry, ports);
  rememberRefusals(app, ports);
  await installDocumentation(app);

  const context: RouteContext = { ports, config, metrics, judgeSession };
  const typed = app.withTypeProvider<TypeBoxTypeProvider>() as unknown as App;
  operationRoutes(typed, context);
  statusRoutes(typed, context);
  administratorRoutes(typed, context);
  callerRoutes(typed, context);
  consoleRoutes(typed, context);
  consoleUserRoutes(typed, context);
  platformRoutes(typed, context);
  platformWebhookRoutes(typed, context);
  caRoutes(typed, context);
  evidenceSourceRoutes(typed, context);
  profileRoutes(typed, context);
  companyRoutes(typed, context);
  registryExportRoutes(typed, context);
  registeredCertificateRoutes(typed, context);
  importRoutes(typed, context);
  sealRoutes(typed, context);
  historyRoutes(typed, context);
  changeSetRoutes(typed, context);
  challengeRoutes(typed, context);
  loginRoutes(typed, context);
  oidcClientRoutes(typed, context);
  watchListRoutes(typed, context);
  eventRoutes(typed, context);
  webhookRoutes(typed, context);
  certificateRoutes(typed, context);
  signatureRoutes(typed, context);
  timestampRoutes(typed, context);
  ticketRoutes(typed, context);
  judgementRoutes(typed, context);
  driverCatalogueRoutes(typed, context);
  enrolmentRoutes(typed, context);
  applicationRoutes(typed, context);
  auditRoutes(typed, context);
  alertRoutes(typed, context);
  statisticsRoutes(typed, context);
  searchRoutes(typed, context);
  supportRoutes(typed, context);
  const logins = await installOpenIdConnect(app, context);
  installApplyPage(app, context);
  installPhonePage(app, context, logins);
  installConsole(app, context);
  app.get('/openapi.json', { schema: { hide: true } as object, config: { access: 'open' } }, async () => app.swagger());
  await app.ready();
  return app;
}

/** One line per answer: route pattern, never the address asked for, no header and no body. */
function installLogging(app: FastifyInstance): void {
  app.addHook('onResponse', async (request, reply) => {
    request.log.info(
      {
        method: request.method,
        route: request.routeOptions.url ?? 'unknown',
        status: reply.statusCode,
        ms: Math.round(reply.elapsedTime * 10) / 10,
        caller: request.caller?.id ?? null,
      },
      'answered',
    );
  });
}

function refuseWhenClosing(app: FastifyInstance): void {
  let closing = false;
  app.addHook('preClose', async () => {
    closing = true;
  });
  app.addHook('onRequest', async (_request, reply) => {
    if (!closing) return;
    reply.header('connection', 'close');
    throw new CodedError('ERR_SERVICE_UNAVAILABLE');
  });
  // Whoever was let in before gets an answer and no second one: the end of the server waits for the connection.
  app.addHook('onSend', async (_request, reply) => {
    if (closing) reply.header('connection', 'close');
  });
  // So with those who write their answers by themselves.
  app.addHook('onResponse', async () => {
    if (closing) setImmediate(() => app.server.closeIdleConnections());
  });
}

/** Plain HTTP from another machine is for the stated proxies alone; anyone else is cut off before a byte is read. */
function refuseUntrustedPeers(app: FastifyInstance, config: ServiceConfig): void {
  if (config.tlsCertificateFile !== null || isLoopback(config.host)) return;
  const isProxy = networks(config.trustedProxies);
  app.server.prependListener('connection', (socket: Socket) => {
    const peer = socket.remoteAddress ?? '';
    if (!isLoopback(peer) && !isProxy(peer)) socket.destroy();
  });
}

/** Options of Node's own server. It looks for requests that never end every so often, which by default is half a minute. */
function serverOptions(config: ServiceConfig): { readonly http?: object; readonly https?: object } {
  const timeouts = {
    headersTimeout: config.requestTimeoutMs,
    connectionsCheckingInterval: Math.min(5_000, config.requestTimeoutMs / 2),
  };
  const tls = readTls(config);
  // The certificates of clients are compared one by one (platform-access.ts): no authority vouches for them.
  const clients = config.tlsClientCertificates ? { requestCert: true, rejectUnauthorized: false } : {};
  return tls === null ? { http: timeouts } : { https: { ...timeouts, ...tls, ...clients } };
}

function readTls(config: ServiceConfig): { readonly cert: Buffer; readonly key: Buffer } | null {
  const { tlsCertificateFile, tlsKeyFile } = config;
  if (tlsCertificateFile === null || tlsKeyFile === null) return null;
  const unfit = (key: 'tlsCertificateFile' | 'tlsKeyFile', rule: string, cause: unknown): CodedError =>
    new CodedError('ERR_SERVICE_CONFIG_INVALID', { key: configKeys[key].variable, rule }, { cause });
  const read = (key: 'tlsCertificateFile' | 'tlsKeyFile', file: string): Buffer => {
    try {
      return readFileSync(file);
    } catch (error) {
      throw unfit(key, `a readable PEM file (${file})`, error);
    }
  };
  const cert = read('tlsCertificateFile', tlsCertificateFile);
  const key = read('tlsKeyFile', tlsKeyFile);
  try {
    createSecureContext({ cert });
  } catch (error) {
    throw unfit('tlsCertificateFile', `certificates in PEM (${tlsCertificateFile})`, error);
  }
  try {
    createSecureContext({ cert, key });
  } catch (error) {
    throw unfit('tlsKeyFile', `the private key of the certificate, in PEM without a password (${tlsKeyFile})`, error);
  }
  return { cert, key };
}

function checkedSerializer(schema: TSchema): (answer: unknown) => string {
  const check = Compile(schema);
  return (answer) => {
    const plain: unknown = JSON.parse(JSON.stringify(answer));
    if (!check.Check(plain))
      throw new Error(`an answer breaks its schema: ${JSON.stringify(check.Errors(plain).slice(0, 5))}`);
    return JSON.stringify(answer);
  };
}
