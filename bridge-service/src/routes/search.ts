import Type from 'typebox';
import { searchKinds } from '../services/ports/search-store.ts';
import { search } from '../services/search.ts';
import type { App, RouteContext } from './context.ts';
import { describeRoute } from './describe-route.ts';
import { closed, oneOf, Text } from './schemas/common.ts';

const Kind = oneOf(searchKinds, '种类 / kind');
const waysFound = [
  ...(['id', 'name', 'former-name', 'credit-code', 'serial-number', 'digest', 'device', 'code', 'value'] as const),
] as const;

export function searchRoutes(app: App, { ports }: RouteContext): void {
  app.get(
    '/v1/search',
    describeRoute(
      {
        operationId: 'search',
        tag: '登记 Registries',
        zh: '跨登记检索',
        en: 'Finds companies, certificates, CAs, platforms, seals, change sets, entries of the watch-list and logins by name, former name, credit code, serial number of the certificate or the device, digest or id. Ten of each kind at most.',
        access: ['operator', 'supervisor', 'administrator'],
        answer: [
          200,
          closed({
            hits: Type.Array(
              closed({
                kind: Kind,
                id: Type.String(),
                title: Type.String(),
                detail: Type.String(),
                state: Type.String(),
                by: oneOf(waysFound, '凭什么找到 / by what it was found'),
              }),
            ),
            more: Type.Array(Kind, { description: '还有更多的种类 / kinds of which there are more' }),
          }),
        ],
      },
      { querystring: closed({ q: Text(200, '要找的文字 / what to look for') }) },
    ),
    async ({ query }) => search(ports, query.q),
  );
}
