import type { FastifyInstance, FastifyRequest } from 'fastify';
import { SiteFailure } from './site-failure.ts';

/**
 * What every request passes: it must have come under our own name (no DNS rebinding), an act must come from our own
 * pages (no other site may make a visitor's browser act), and every answer carries the security headers.
 */
export function guardDoors(app: FastifyInstance, origin: string, agentPorts: readonly number[]): void {
  const { host } = new URL(origin);
  const headers = securityHeaders(agentPorts);
  app.addHook('onRequest', async (request, reply) => {
    reply.headers(headers);
    if (request.headers.host !== host) throw new SiteFailure(403, 'ERR_AGENT_HOST_DENIED');
    if (isAct(request) && request.headers.origin !== origin)
      throw new SiteFailure(403, 'ERR_AGENT_ORIGIN_DENIED', { origin: request.headers.origin ?? null });
  });
}

function isAct({ method }: FastifyRequest): boolean {
  return method !== 'GET' && method !== 'HEAD';
}

function securityHeaders(agentPorts: readonly number[]): Readonly<Record<string, string>> {
  // `http:` is for the diagnosis alone: it tells an agent that refuses this site from one that does not run.
  const agent = agentPorts
    .flatMap((port) => [`ws://127.0.0.1:${port}`, `ws://localhost:${port}`, `http://127.0.0.1:${port}`])
    .join(' ');
  const policy = [
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    "img-src 'self' data:",
    `connect-src 'self' ${agent}`,
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
  ];
  return {
    'content-security-policy': policy.join('; '),
    'referrer-policy': 'same-origin',
    'x-content-type-options': 'nosniff',
    'x-frame-options': 'DENY',
    'cross-origin-opener-policy': 'same-origin',
    'cross-origin-resource-policy': 'same-origin',
    'permissions-policy': 'camera=(), microphone=(), geolocation=()',
  };
}
