import rateLimit from '@fastify/rate-limit';
import { CodedError } from '@onelock/core/errors';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { ServiceConfig } from '../config.ts';
import type { Ports } from '../services/ports/ports.ts';
import { createQuotaLeases } from '../services/quota-leases.ts';

type Limits = Pick<ServiceConfig, 'callerRequestsPerMinute' | 'agentRequestsPerMinute' | 'anonymousRequestsPerMinute'>;

/** Who has a minute of their own, which all nodes count together. Agents share one credential (docs/adr/0004). */
const hasOwnQuota = ({ caller }: FastifyRequest): boolean => caller !== null && caller.role !== 'agent';

/** Whoever asks these would take the service for dead if somebody else at the same address had used up the minute. */
const watchdogs: ReadonlySet<string> = new Set(['/healthz', '/readyz']);

/**
 * Counts per caller over all nodes; per address for whoever has no valid credential, and per both for agents, by each node. The answer says what is left:
 * `ratelimit-limit`, `ratelimit-remaining`, `ratelimit-reset` (seconds).
 */
export async function installRateLimit(
  app: FastifyInstance,
  limits: Limits,
  { platforms, store }: Pick<Ports, 'platforms' | 'store'>,
): Promise<void> {
  const leases = createQuotaLeases(store, Date.now);
  app.addHook('onRequest', async (request, reply) => {
    const { caller } = request;
    if (caller === null || !hasOwnQuota(request)) return;
    const own = (await platforms.current()).of(caller.id)?.requestsPerMinute;
    const { allowed, limit, remaining, resetMs } = await leases.take(caller.id, own ?? limits.callerRequestsPerMinute);
    reply.header('ratelimit-limit', limit);
    reply.header('ratelimit-remaining', allowed ? remaining : 0);
    reply.header('ratelimit-reset', Math.ceil(resetMs / 1000));
    if (!allowed) throw new CodedError('ERR_SERVICE_RATE_LIMITED', { retryAfterMs: resetMs });
  });
  await app.register(rateLimit, {
    global: true,
    timeWindow: 60_000,
    cache: 50_000,
    ipv6Subnet: 64,
    enableDraftSpec: true,
    allowList: (request: FastifyRequest) => hasOwnQuota(request) || watchdogs.has(request.routeOptions.url ?? ''),
    keyGenerator: ({ caller, ip }: FastifyRequest) => (caller === null ? `address ${ip}` : `${caller.id} ${ip}`),
    max: ({ caller }: FastifyRequest) =>
      caller === null ? limits.anonymousRequestsPerMinute : limits.agentRequestsPerMinute,
    errorResponseBuilder: (_request, { ttl }) => new CodedError('ERR_SERVICE_RATE_LIMITED', { retryAfterMs: ttl }),
  });
}
