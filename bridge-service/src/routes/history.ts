import { readNumberCursor } from '../services/page.ts';
import type { RegistryName } from '../services/ports/registry-records.ts';
import { listHistory } from '../services/registry/history.ts';
import type { App, RouteContext } from './context.ts';
import { describeRoute } from './describe-route.ts';
import { byId, closed, PageQuery, pageOfSchema } from './schemas/common.ts';
import { HistorySchema } from './schemas/registries.ts';

/** Registries whose records have a history, with the prefix of their ids and a name for operations. */
const registries = [
  ['cas', 'ca', 'Ca', 'CA'],
  ['platforms', 'clr', 'Platform', '平台'],
  ['companies', 'com', 'Company', '企业'],
  ['certificates', 'crt', 'Certificate', '证书'],
  ['seals', 'sea', 'Seal', '印章'],
] as const satisfies readonly (readonly [RegistryName, string, string, string])[];

export function historyRoutes(app: App, { ports }: RouteContext): void {
  for (const [registry, prefix, name, zh] of registries)
    app.get(
      `/v1/${registry}/:id/history`,
      describeRoute(
        {
          operationId: `list${name}History`,
          tag: '登记 Registries',
          zh: `${zh}的变更历史`,
          en: 'What the record was after each of its changes, newest first.',
          access: ['operator', 'supervisor', 'administrator'],
          answer: [200, pageOfSchema(HistorySchema)],
        },
        { params: byId(prefix), querystring: closed(PageQuery) },
      ),
      async ({ params, query }) =>
        listHistory(ports, registry, params.id, { after: readNumberCursor(query.cursor), limit: query.limit ?? 50 }),
    );
}
