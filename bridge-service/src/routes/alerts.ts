import Type from 'typebox';
import { runWrite } from '../plugins/write.ts';
import { readNumberCursor } from '../services/page.ts';
import { supervisionEventTypes } from '../services/ports/watch-store.ts';
import { acknowledgeAlert, listAlerts } from '../services/watch-list/alerts.ts';
import type { App, RouteContext } from './context.ts';
import { describeRoute } from './describe-route.ts';
import {
  byId,
  closed,
  IdempotencyHeader,
  Instant,
  nullable,
  oneOf,
  PageQuery,
  pageOfSchema,
  recordId,
  Text,
} from './schemas/common.ts';

const AlertSchema = closed({
  sequence: Type.Integer(),
  id: recordId('evt'),
  at: Instant,
  type: oneOf(supervisionEventTypes, '种类 / kind'),
  data: Type.Record(Type.String(), Type.String()),
  shown: nullable(
    Type.String({ description: '关注对象；证件号码已脱敏 / the watched value; a document number by its ends' }),
  ),
  platformName: nullable(Type.String()),
  acknowledgement: nullable(
    closed({ at: Instant, actor: Type.String(), name: nullable(Type.String()), note: Type.String() }),
  ),
});

const overseers = ['supervisor', 'administrator'] as const;
const tag = '监管 Supervision';

export function alertRoutes(app: App, { ports }: RouteContext): void {
  app.get(
    '/v1/alerts',
    describeRoute(
      {
        operationId: 'listAlerts',
        tag,
        zh: '列出告警',
        en: 'What supervision was told, newest first, with who has taken note of it.',
        access: overseers,
        answer: [200, pageOfSchema(AlertSchema)],
      },
      {
        querystring: closed({
          ...PageQuery,
          open: Type.Optional(Type.Boolean({ description: '只列尚无人处理的 / only those nobody has taken note of' })),
        }),
      },
    ),
    async ({ query }) =>
      listAlerts(ports, { after: readNumberCursor(query.cursor), limit: query.limit ?? 50 }, query.open ?? false),
  );

  app.post(
    '/v1/alerts/:id/acknowledgement',
    describeRoute(
      {
        operationId: 'acknowledgeAlert',
        tag,
        zh: '确认告警',
        en: 'Notes that the caller has seen an alert and what becomes of it. The first note stands.',
        access: overseers,
        answer: [200, AlertSchema],
      },
      {
        headers: IdempotencyHeader,
        params: byId('evt'),
        body: closed({ note: Text(500, '如何处置 / what is done about it') }),
      },
    ),
    async (request, reply) =>
      runWrite(ports, request, reply, (act) => acknowledgeAlert(ports, act, request.params.id, request.body.note)),
  );
}
