import rateLimit from '@fastify/rate-limit';
import { CodedError } from '@onelock/core/errors';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { ServiceConfig } from '../config.ts';
import type { PlatformAccesses } from '../services/platform-access.ts';

type Limits = Pick<ServiceConfig, 'callerRequestsPerMinute' | 'agentRequestsPerMinute' | 'anonymousRequestsPerMinute'>;

/** Counts per caller; per address for whoever has no valid credential; per both for agents, who share one (docs/adr/0004). */
export async function installRateLimit(
  app: FastifyInstance,
  limits: Limits,
  platforms: PlatformAccesses,
): Promise<void> {
  await app.register(rateLimit, {
    global: true,
    timeWindow: 60_000,
    cache: 50_000,
    ipv6Subnet: 64,
    enableDraftSpec: true,
    keyGenerator: ({ caller, ip }: FastifyRequest) =>
      caller === null ? `address ${ip}` : caller.role === 'agent' ? `${caller.id} ${ip}` : caller.id,
    max: async ({ caller }: FastifyRequest) =>
      caller === null
        ? limits.anonymousRequestsPerMinute
        : caller.role === 'agent'
          ? limits.agentRequestsPerMinute
          : ((await platforms.current()).of(caller.id)?.requestsPerMinute ?? limits.callerRequestsPerMinute),
    errorResponseBuilder: (_request, { ttl }) => new CodedError('ERR_SERVICE_RATE_LIMITED', { retryAfterMs: ttl }),
  });
}
