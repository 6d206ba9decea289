import { CodedError } from '@onelock/core/errors';
import type { FastifyInstance } from 'fastify';
import Type from 'typebox';
import { negotiateLocale } from '../plugins/locale.ts';
import { publicStatus, sourceStates } from '../services/public-status.ts';
import { statusPage, statusStyle } from '../status/page.ts';
import type { App, RouteContext } from './context.ts';
import { describeRoute } from './describe-route.ts';
import { closed, Instant, nullable, oneOf } from './schemas/common.ts';

const StatusSchema = closed({
  at: Instant,
  state: oneOf(
    ['good', 'limited'],
    'limited：时钟可疑，或某 CA 没有可用的证据 / the clock is in doubt, or a CA has no evidence at hand',
  ),
  clock: oneOf(['good', 'in-doubt'], '时钟 / clock'),
  authorities: Type.Array(
    closed({
      name: Type.String(),
      sources: Type.Array(
        closed({
          kind: oneOf(['crl', 'ocsp', 'ca-issuers', 'tsa'], '种类 / kind'),
          state: oneOf(
            sourceStates,
            'fresh 正常；late 取不到，手中的仍有效；stale 已过期；never 尚未取过 / fresh, late (failing, what is at hand holds), stale, never asked',
          ),
          lastSuccessAt: nullable(Instant),
          validUntil: nullable(Instant),
        }),
      ),
    }),
  ),
});

/** How the service fares, for everybody, where its operator publishes it. */
export function statusRoutes(app: App, { ports, config }: RouteContext): void {
  const required = (): void => {
    if (config.statusPage === 'off') throw new CodedError('ERR_REQUEST_NOT_FOUND');
  };
  app.get(
    '/v1/status',
    describeRoute(
      {
        operationId: 'getStatus',
        tag: '运行 Operation',
        zh: '公开的状态',
        en: 'Whether the service is well and how fresh the sources of CAs are, where the operator publishes it (ONELOCK_SERVICE_STATUS_PAGE). No personal data.',
        access: 'open',
        answer: [200, StatusSchema],
      },
      {},
    ),
    async () => {
      required();
      return publicStatus(ports);
    },
  );

  const hidden = { schema: { hide: true } as object, config: { access: 'open' } as const };
  const pages = app as unknown as FastifyInstance;
  pages.get('/status', hidden, async (request, reply) => {
    required();
    const locale = negotiateLocale(request.headers['accept-language']);
    return reply
      .headers({
        'content-security-policy':
          "default-src 'none';style-src 'self';img-src data:;frame-ancestors 'none';base-uri 'none';form-action 'none'",
        'cache-control': 'no-cache',
      })
      .type('text/html; charset=utf-8')
      .send(statusPage(await publicStatus(ports), locale));
  });
  pages.get('/status/page.css', hidden, async (_request, reply) => {
    required();
    return reply.type('text/css; charset=utf-8').header('cache-control', 'no-cache').send(statusStyle);
  });
}
