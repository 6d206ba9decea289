import Type from 'typebox';
import { callerOf } from '../plugins/authentication.ts';
import { expiringCertificates, expirySummary } from '../services/statistics/expiry.ts';
import { funnels } from '../services/statistics/funnels.ts';
import { statisticsOverview } from '../services/statistics/overview.ts';
import { savings } from '../services/statistics/savings.ts';
import { serviceState } from '../services/statistics/state.ts';
import type { App, RouteContext } from './context.ts';
import { describeRoute } from './describe-route.ts';
import { closed, PageQuery, pageOfSchema, recordId } from './schemas/common.ts';
import {
  ExpiringCertificateSchema,
  ExpirySchema,
  FunnelsSchema,
  OverviewSchema,
  SavingsSchema,
  SpanQuery,
  StateSchema,
} from './schemas/statistics.ts';

const users = ['platform', 'operator', 'supervisor', 'administrator'] as const;
const watchers = ['operator', 'supervisor', 'administrator'] as const;
const tag = '监管 Supervision';

export function statisticsRoutes(app: App, { ports, config }: RouteContext): void {
  app.get(
    '/v1/statistics',
    describeRoute(
      {
        operationId: 'getStatistics',
        tag,
        zh: '判定统计',
        en: 'Verdicts by CA, platform, driver, reason and time, counted from the audit log; the last 24 hours by default. A platform is told of its own alone.',
        access: users,
        answer: [200, OverviewSchema],
      },
      { querystring: closed(SpanQuery) },
    ),
    async (request) => statisticsOverview(ports, callerOf(request), request.query),
  );

  app.get(
    '/v1/statistics/funnels',
    describeRoute(
      {
        operationId: 'getFunnels',
        tag,
        zh: '登录与签名漏斗',
        en: 'How far people come: from the challenge to a login that passes, from a ticket to a signature that passes, and how long a login takes them.',
        access: users,
        answer: [200, FunnelsSchema],
      },
      { querystring: closed(SpanQuery) },
    ),
    async (request) => funnels(ports, callerOf(request), request.query),
  );

  app.get(
    '/v1/statistics/expiry',
    describeRoute(
      {
        operationId: 'getExpiry',
        tag,
        zh: '即将到期的证书数',
        en: 'How many registered certificates end within 7, 15, 30 and 90 days, by CA. A platform is told of those that logged in there.',
        access: users,
        answer: [200, ExpirySchema],
      },
      {},
    ),
    async (request) => expirySummary(ports, callerOf(request)),
  );

  app.get(
    '/v1/statistics/expiry/certificates',
    describeRoute(
      {
        operationId: 'listExpiringCertificates',
        tag,
        zh: '即将到期的证书',
        en: 'Registered certificates that end soon, soonest first.',
        access: users,
        answer: [200, pageOfSchema(ExpiringCertificateSchema)],
      },
      {
        querystring: closed({
          ...PageQuery,
          days: Type.Optional(
            Type.Integer({
              minimum: 1,
              maximum: 400,
              description: '多少天内，默认 90 / within so many days, 90 by default',
            }),
          ),
          ca: Type.Optional(recordId('ca')),
          company: Type.Optional(recordId('com')),
        }),
      },
    ),
    async (request) => expiringCertificates(ports, callerOf(request), request.query),
  );

  app.get(
    '/v1/statistics/savings',
    describeRoute(
      {
        operationId: 'getSavings',
        tag,
        zh: '节省的密钥',
        en: 'Keys that nobody had to buy, with the assumption that this is reckoned by.',
        access: watchers,
        answer: [200, SavingsSchema],
      },
      {},
    ),
    async () =>
      savings(ports, { keysPerPlatform: config.savingsKeysPerPlatform, keyPriceYuan: config.savingsKeyPriceYuan }),
  );

  app.get(
    '/v1/statistics/state',
    describeRoute(
      {
        operationId: 'getServiceState',
        tag,
        zh: '服务状态',
        en: 'Nodes, audit log, sources of evidence, webhooks, jobs and what waits for somebody.',
        access: watchers,
        answer: [200, StateSchema],
      },
      {},
    ),
    async () => serviceState(ports),
  );
}
