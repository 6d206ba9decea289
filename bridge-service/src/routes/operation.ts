import type { IncomingHttpHeaders } from 'node:http';
import { CodedError } from '@onelock/core/errors';
import Type from 'typebox';
import { isLoopback } from '../loopback.ts';
import { identifyCaller } from '../services/identify-caller.ts';
import type { App, RouteContext } from './context.ts';
import { describeRoute } from './describe-route.ts';
import { closed } from './schemas/common.ts';

/** Who may read the numbers from another machine. */
const metricsReaders = ['operator', 'supervisor', 'administrator'] as const;

export function operationRoutes(app: App, { ports, metrics }: RouteContext): void {
  app.get(
    '/healthz',
    describeRoute(
      {
        operationId: 'getHealth',
        tag: '运行 Operation',
        zh: '存活检查',
        en: 'The process lives.',
        access: 'open',
        answer: [200, closed({ status: Type.Literal('ok') })],
      },
      {},
    ),
    async () => ({ status: 'ok' }),
  );

  app.get(
    '/readyz',
    describeRoute(
      {
        operationId: 'getReadiness',
        tag: '运行 Operation',
        zh: '就绪检查：数据库应答且可写',
        en: 'The database answers and takes writes; 503 otherwise.',
        access: 'open',
        answer: [
          200,
          closed({ status: Type.Literal('ready'), engine: Type.String({ description: '密码引擎 / crypto engine' }) }),
        ],
      },
      {},
    ),
    async () => {
      await ports.store.ping();
      return { status: 'ready', engine: ports.ops.engine };
    },
  );

  app.get(
    '/metrics',
    {
      schema: {
        operationId: 'getMetrics',
        tags: ['运行 Operation'],
        summary: '指标（Prometheus）',
        description: `Metrics for Prometheus. Open to this machine itself; from elsewhere roles: ${metricsReaders.join(', ')}`,
        produces: ['text/plain'],
      },
      config: { access: 'open' },
    },
    async (request, reply) => {
      if (!isFromThisMachine(request)) await requireReader(ports, request);
      return reply.type(metrics.registry.contentType).send(await metrics.registry.metrics());
    },
  );
}

interface MetricsRequest {
  readonly headers: IncomingHttpHeaders;
  readonly socket: { readonly remoteAddress?: string | undefined };
}

/** A request that came through a proxy on this machine is not from this machine. */
function isFromThisMachine(request: MetricsRequest): boolean {
  const forwarded = request.headers['x-forwarded-for'] ?? request.headers.forwarded ?? request.headers.via;
  return forwarded === undefined && isLoopback(request.socket.remoteAddress ?? '');
}

async function requireReader(ports: RouteContext['ports'], request: MetricsRequest): Promise<void> {
  const [, token] = /^Bearer (\S{20,200})$/i.exec(request.headers.authorization ?? '') ?? [];
  if (token === undefined) throw new CodedError('ERR_AUTH_REQUIRED');
  const caller = await identifyCaller(ports, token);
  if (caller === null) throw new CodedError('ERR_AUTH_INVALID');
  if (!metricsReaders.some((role) => role === caller.role))
    throw new CodedError('ERR_AUTH_ROLE_REQUIRED', { role: metricsReaders.join(' | ') });
}
