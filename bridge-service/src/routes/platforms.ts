import Type from 'typebox';
import { listPlatforms } from '../services/list-callers.ts';
import { readCursor } from '../services/page.ts';
import type { App, RouteContext } from './context.ts';
import { describeRoute } from './describe-route.ts';
import { closed, Origin, oneOf, PageQuery, pageOfSchema, recordId } from './schemas/common.ts';

const PlatformSchema = closed({
  id: recordId('clr'),
  name: Type.String(),
  origins: Type.Array(Origin),
  state: oneOf(['active', 'off-boarded'], '状态 / state'),
});

export function platformRoutes(app: App, { ports }: RouteContext): void {
  app.get(
    '/v1/platforms',
    describeRoute(
      {
        operationId: 'listPlatforms',
        tag: '登记 Registries',
        zh: '列出交易平台',
        en: 'Trading platforms and the origins of their pages.',
        access: ['platform', 'operator', 'supervisor', 'administrator'],
        answer: [200, pageOfSchema(PlatformSchema)],
      },
      { querystring: closed(PageQuery) },
    ),
    async ({ query }) => listPlatforms(ports, { after: readCursor(query.cursor), limit: query.limit ?? 50 }),
  );
}
