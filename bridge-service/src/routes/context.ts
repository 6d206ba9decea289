import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox';
import type {
  FastifyBaseLogger,
  FastifyInstance,
  RawReplyDefaultExpression,
  RawRequestDefaultExpression,
  RawServerDefault,
} from 'fastify';
import type { ServiceConfig } from '../config.ts';
import type { Metrics } from '../plugins/metrics.ts';
import type { SessionJudge } from '../services/console/session-judge.ts';
import type { Ports } from '../services/ports/ports.ts';

export type App = FastifyInstance<
  RawServerDefault,
  RawRequestDefaultExpression,
  RawReplyDefaultExpression,
  FastifyBaseLogger,
  TypeBoxTypeProvider
>;

/** What a routes file is given. */
export interface RouteContext {
  readonly ports: Ports;
  readonly config: ServiceConfig;
  readonly metrics: Metrics;
  /** For what goes on when its request has ended. */
  readonly judgeSession: SessionJudge;
}
