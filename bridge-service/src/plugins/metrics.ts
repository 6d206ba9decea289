import type { FastifyInstance } from 'fastify';
import { Counter, collectDefaultMetrics, Histogram, Registry } from 'prom-client';

export interface Metrics {
  readonly registry: Registry;
  /** A judgement that was answered. */
  countJudgement(kind: 'certificate' | 'signature' | 'login' | 'timestamp', indication: string): void;
}

/** Numbers for Prometheus: the process, requests by route pattern (never by address or id), judgements by outcome. */
export function installMetrics(app: FastifyInstance): Metrics {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  const duration = new Histogram({
    name: 'onelock_http_request_duration_seconds',
    help: 'Time from the first byte of a request to the end of its answer',
    labelNames: ['method', 'route', 'status'],
    buckets: [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10],
    registers: [registry],
  });
  const judgements = new Counter({
    name: 'onelock_judgements_total',
    help: 'Judgements by kind and indication',
    labelNames: ['kind', 'indication'],
    registers: [registry],
  });
  app.addHook('onResponse', async (request, reply) => {
    duration.observe(
      { method: request.method, route: request.routeOptions.url ?? 'unknown', status: reply.statusCode },
      reply.elapsedTime / 1000,
    );
  });
  return { registry, countJudgement: (kind, indication) => judgements.inc({ kind, indication }) };
}
