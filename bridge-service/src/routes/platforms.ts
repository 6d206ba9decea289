import { CodedError } from '@onelock/core/errors';
import Type from 'typebox';
import { callerOf } from '../plugins/authentication.ts';
import { findPlatform, listPlatforms } from '../services/list-callers.ts';
import { readCursor } from '../services/page.ts';
import type { App, RouteContext } from './context.ts';
import { describeRoute } from './describe-route.ts';
import { byId, closed, Origin, oneOf, PageQuery, pageOfSchema, recordId } from './schemas/common.ts';
import { answerVersioned } from './versioned.ts';

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

  app.get(
    '/v1/platforms/:id',
    describeRoute(
      {
        operationId: 'getPlatform',
        tag: '登记 Registries',
        zh: '查询交易平台',
        en: 'One trading platform and the origins of its pages: itself, or any for operators.',
        access: ['platform', 'operator', 'supervisor', 'administrator'],
        answer: [200, PlatformSchema],
      },
      { params: byId('clr') },
    ),
    async (request, reply) => {
      const caller = callerOf(request);
      const { id } = request.params;
      // The list is everybody's; by its id a platform asks about itself alone.
      if (caller.role === 'platform' && caller.id !== id) throw new CodedError('ERR_REQUEST_NOT_FOUND');
      const of = { registry: 'platforms', recordId: id, part: 'record' } as const;
      return answerVersioned(ports, reply, of, () => findPlatform(ports, id));
    },
  );
}
