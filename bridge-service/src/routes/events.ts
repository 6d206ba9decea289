import Type from 'typebox';
import { supervisionEventTypes } from '../services/ports/watch-store.ts';
import { listEvents } from '../services/watch-list/told.ts';
import type { App, RouteContext } from './context.ts';
import { describeRoute } from './describe-route.ts';
import { streamEvents } from './event-stream.ts';
import { closed, Instant, oneOf, recordId } from './schemas/common.ts';

const EventSchema = closed({
  sequence: Type.Integer(),
  id: recordId('evt'),
  at: Instant,
  type: oneOf(supervisionEventTypes, '种类 / kind'),
  data: Type.Record(Type.String(), Type.String(), {
    description: '条目、动作、用途与所留记录的编号，无个人信息 / entry, action, use and record; no personal data',
  }),
});

const readers = ['supervisor', 'administrator'] as const;
const tag = '监管 Supervision';

export function eventRoutes(app: App, context: RouteContext): void {
  app.get(
    '/v1/events',
    describeRoute(
      {
        operationId: 'listEvents',
        tag,
        zh: '列出监管事件',
        en: 'What supervision was told, in order, after a sequence number.',
        access: readers,
        answer: [200, closed({ events: Type.Array(EventSchema), last: Type.Integer() })],
      },
      {
        querystring: closed({
          after: Type.Optional(Type.Integer({ minimum: 0, maximum: Number.MAX_SAFE_INTEGER })),
          limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 200 })),
        }),
      },
    ),
    async ({ query }) => listEvents(context.ports, query.after ?? 0, query.limit ?? 50),
  );
  streamEvents(app, context);
}
