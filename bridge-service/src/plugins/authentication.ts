import type { IncomingHttpHeaders } from 'node:http';
import { CodedError, isCodedError } from '@onelock/core/errors';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { SessionJudge } from '../services/console/session-judge.ts';
import { identifySession } from '../services/console/sessions.ts';
import { type SignedRequest, verifyRequest } from '../services/http-signatures/verify-request.ts';
import { identifyCaller } from '../services/identify-caller.ts';
import { certificateName } from '../services/platform-access.ts';
import type { ConsoleSession } from '../services/ports/console-store.ts';
import type { Ports } from '../services/ports/ports.ts';
import type { Caller, Role } from '../services/ports/records.ts';
import type { ClientCertificate } from './client-certificate.ts';
import { requireConsolePage, sessionSecretOf } from './console-session.ts';
import { isSigned, messageOf, signedBody } from './request-signature.ts';

declare module 'fastify' {
  interface FastifyRequest {
    /** Who calls, once the credential has been checked; null without a valid one. */
    caller: Caller | null;
    /**
     * The bearer token as it came, or the secret of the console's session; of who came by signature or certificate alone, what the service keeps
     * for them in its place. Empty without any.
     */
    bearerToken: string;
    /** The console's session that the caller came by; null for a bearer token. */
    consoleSession: ConsoleSession | null;
    /** Of a request whose signature holds; its nonce is not used up yet. */
    signedRequest: SignedRequest | null;
    /** Why what was brought does not count; told after the rate limit. */
    refusal: CodedError | null;
  }
  interface FastifyContextConfig {
    /** Who may call this route. Every route under /v1 must say; elsewhere, absent means open. */
    access?: 'open' | readonly Role[];
  }
}

const bearer = /^Bearer ([A-Za-z0-9_-]{20,200})$/i;

type AuthenticationPorts = Pick<Ports, 'store' | 'ops' | 'clock' | 'lifetimes' | 'platforms' | 'personal' | 'watched'>;

/** Where a request may bring what it is known by, beside its headers. */
export interface Doors {
  /** The origin of the service's own pages. */
  readonly originOfPages: () => string;
  readonly clientCertificate: ClientCertificate;
  /** Judges sessions of the console again while they act. */
  readonly judgeSession: SessionJudge;
}

/**
 * Finds out who calls at `onRequest`, before the rate limit, which counts per caller; and refuses at `preParsing`, after it and
 * before the first byte of a body is read.
 */
export function installAuthentication(app: FastifyInstance, ports: AuthenticationPorts, doors: Doors): void {
  app.decorateRequest('caller', null);
  app.decorateRequest('bearerToken', '');
  app.decorateRequest('consoleSession', null);
  app.decorateRequest('signedRequest', null);
  app.decorateRequest('refusal', null);
  app.addHook('onRoute', ({ url, config }) => {
    if (url.startsWith('/v1/') && config?.access === undefined)
      throw new Error(`route ${url} does not say who may call it`);
  });
  app.addHook('onRequest', async (request) => {
    const { access } = request.routeOptions.config;
    if (access === undefined || access === 'open') return;
    try {
      await identify(request, ports, doors);
    } catch (error) {
      if (!isCodedError(error) || error.code === 'ERR_SERVICE_UNAVAILABLE') throw error;
      // Nobody's quota pays for what does not count.
      request.caller = null;
      request.refusal = error;
    }
  });
  app.addHook('preParsing', async (request, _reply, payload) => {
    const { access } = request.routeOptions.config;
    if (access === undefined || access === 'open') return payload;
    if (request.refusal !== null) throw request.refusal;
    const caller = callerOf(request);
    if (!access.includes(caller.role)) throw new CodedError('ERR_AUTH_ROLE_REQUIRED', { role: access.join(' | ') });
    const { signedRequest } = request;
    if (signedRequest === null) return payload;
    const { nonceDigest, expiresAt } = signedRequest;
    const foreseen = { nonces: [nonceDigest] };
    if (!(await ports.store.transaction(({ nonces }) => nonces.use(nonceDigest, expiresAt), foreseen)))
      throw new CodedError('ERR_AUTH_SIGNATURE_REPLAYED');
    return messageOf(request).hasBody ? signedBody(request, payload) : payload;
  });
}

/**
 * By token, signature or TLS certificate; whatever is brought must hold and belong to the same caller, and what the caller's profile demands must
 * be among it.
 *
 * @throws {CodedError} ERR_AUTH_INVALID, ERR_AUTH_SIGNATURE_INVALID, ERR_AUTH_SIGNATURE_REQUIRED, ERR_AUTH_CERTIFICATE_REQUIRED, ERR_CONSOLE_…
 */
async function identify(request: FastifyRequest, ports: AuthenticationPorts, doors: Doors): Promise<void> {
  const [, token] = bearer.exec(request.headers.authorization ?? '') ?? [];
  const platforms = await ports.platforms.current();
  const now = ports.clock();
  if (isSigned(request)) {
    const keyOf = (callerId: string, keyId: string) => platforms.of(callerId)?.keys.get(keyId);
    request.signedRequest = verifyRequest({ ops: ports.ops, keyOf }, messageOf(request), now);
  }
  const der = doors.clientCertificate(request);
  const certificate = der && platforms.byCertificate(certificateName(der));
  const byCertificate = certificate !== undefined && certificate.notAfter > now ? certificate.callerId : undefined;
  const shown = [request.signedRequest?.callerId, byCertificate].filter((id) => id !== undefined);
  if (token === undefined && shown.length === 0) return bringSession(request, ports, doors);
  const caller =
    token === undefined ? await ports.store.callers.byId(shown[0] ?? '') : await identifyCaller(ports, token);
  if (caller === null && shown.length === 0) return;
  if (caller === null || caller.revokedAt !== null || shown.some((id) => id !== caller.id))
    throw new CodedError('ERR_AUTH_INVALID');
  const demanded = caller.role === 'platform' ? platforms.of(caller.id)?.authentication : undefined;
  if (demanded === 'signature' && request.signedRequest === null) throw new CodedError('ERR_AUTH_SIGNATURE_REQUIRED');
  if (demanded === 'mtls' && byCertificate === undefined) throw new CodedError('ERR_AUTH_CERTIFICATE_REQUIRED');
  request.caller = caller;
  request.bearerToken = token ?? ports.personal.digest(caller.id, 'caller-without-token');
}

/** By `DELETE` here one logs out, whatever becomes of one's certificate. */
const leavingRoute = '/v1/console/session';

/** A page of the console brings no token but a cookie. */
async function bringSession(
  request: FastifyRequest,
  ports: Pick<Ports, 'store' | 'ops' | 'clock' | 'lifetimes' | 'watched'>,
  { originOfPages, judgeSession }: Doors,
): Promise<void> {
  if (request.headers.authorization !== undefined) return;
  const origin = originOfPages();
  const secret = sessionSecretOf(request.headers, origin);
  if (secret === undefined) return;
  requireConsolePage(request.method, request.headers, origin);
  const { session, caller } = await identifySession(ports, secret);
  const { method, id: requestId, routeOptions } = request;
  const changes = !['GET', 'HEAD'].includes(method) && routeOptions.url !== leavingRoute;
  await judgeSession({ session, caller, requestId, changes });
  request.bearerToken = secret;
  request.caller = caller;
  request.consoleSession = session;
}

/** As much of a request as is needed to know who makes it. */
export interface CallerRequest {
  readonly id: string;
  readonly caller: Caller | null;
  readonly bearerToken: string;
  readonly headers: IncomingHttpHeaders;
}

/** @throws {CodedError} ERR_AUTH_REQUIRED without a credential, ERR_AUTH_INVALID with one that is unknown or revoked */
export function callerOf(request: CallerRequest): Caller {
  if (request.caller !== null) return request.caller;
  throw new CodedError(request.headers.authorization === undefined ? 'ERR_AUTH_REQUIRED' : 'ERR_AUTH_INVALID');
}
