import type { IncomingHttpHeaders } from 'node:http';
import { CodedError, isCodedError } from '@onelock/core/errors';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { identifySession } from '../services/console/sessions.ts';
import { identifyCaller } from '../services/identify-caller.ts';
import type { ConsoleSession } from '../services/ports/console-store.ts';
import type { Ports } from '../services/ports/ports.ts';
import type { Caller, Role } from '../services/ports/records.ts';
import { requireConsolePage, sessionSecretOf } from './console-session.ts';

declare module 'fastify' {
  interface FastifyRequest {
    /** Who calls, once the credential has been checked; null without a valid one. */
    caller: Caller | null;
    /** The bearer token as it came, or the secret of the console's session; empty without either. */
    bearerToken: string;
    /** The console's session that the caller came by; null for a bearer token. */
    consoleSession: ConsoleSession | null;
    /** Why a session that was brought does not count; told after the rate limit. */
    consoleRefusal: CodedError | null;
  }
  interface FastifyContextConfig {
    /** Who may call this route. Every route under /v1 must say; elsewhere, absent means open. */
    access?: 'open' | readonly Role[];
  }
}

const bearer = /^Bearer ([A-Za-z0-9_-]{20,200})$/i;

/**
 * Finds out who calls at `onRequest`, before the rate limit, which counts per caller; and refuses at `preParsing`, after it and
 * before the first byte of a body is read.
 */
export function installAuthentication(
  app: FastifyInstance,
  ports: Pick<Ports, 'store' | 'ops' | 'clock' | 'lifetimes'>,
  originOfPages: () => string,
): void {
  app.decorateRequest('caller', null);
  app.decorateRequest('bearerToken', '');
  app.decorateRequest('consoleSession', null);
  app.decorateRequest('consoleRefusal', null);
  app.addHook('onRoute', ({ url, config }) => {
    if (url.startsWith('/v1/') && config?.access === undefined)
      throw new Error(`route ${url} does not say who may call it`);
  });
  app.addHook('onRequest', async (request) => {
    const { access } = request.routeOptions.config;
    if (access === undefined || access === 'open') return;
    const [, token] = bearer.exec(request.headers.authorization ?? '') ?? [];
    if (token === undefined) return bringSession(request, ports, originOfPages());
    request.bearerToken = token;
    request.caller = await identifyCaller(ports, token);
  });
  app.addHook('preParsing', async (request) => {
    const { access } = request.routeOptions.config;
    if (access === undefined || access === 'open') return;
    if (request.consoleRefusal !== null) throw request.consoleRefusal;
    const caller = callerOf(request);
    if (!access.includes(caller.role)) throw new CodedError('ERR_AUTH_ROLE_REQUIRED', { role: access.join(' | ') });
  });
}

/** A page of the console brings no token but a cookie. */
async function bringSession(
  request: FastifyRequest,
  ports: Pick<Ports, 'store' | 'ops' | 'clock' | 'lifetimes'>,
  origin: string,
): Promise<void> {
  if (request.headers.authorization !== undefined) return;
  const secret = sessionSecretOf(request.headers, origin);
  if (secret === undefined) return;
  try {
    requireConsolePage(request.method, request.headers, origin);
    const { session, caller } = await identifySession(ports, secret);
    request.bearerToken = secret;
    request.caller = caller;
    request.consoleSession = session;
  } catch (error) {
    if (!isCodedError(error)) throw error;
    request.consoleRefusal = error;
  }
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
