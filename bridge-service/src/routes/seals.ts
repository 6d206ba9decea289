import { toBase64 } from '@onelock/core/bytes';
import Type from 'typebox';
import { runWrite } from '../plugins/write.ts';
import { readCursor } from '../services/page.ts';
import { findSeal, listSeals, registerSeal, sealView, updateSeal } from '../services/registry/seals.ts';
import type { App, RouteContext } from './context.ts';
import { describeRoute } from './describe-route.ts';
import {
  byId,
  ChangeHeader,
  closed,
  IdempotencyHeader,
  Instant,
  Name,
  PageQuery,
  pageOfSchema,
  recordId,
  Text,
} from './schemas/common.ts';
import { Digests, SealData, SealKind, SealSchema, SealState, SealWithData } from './schemas/registries.ts';
import { answerVersioned } from './versioned.ts';

const readers = ['platform', 'operator', 'supervisor', 'vendor', 'administrator'] as const;
const writers = ['operator', 'administrator'] as const;
const tag = '登记 Registries';

export function sealRoutes(app: App, { ports }: RouteContext): void {
  app.post(
    '/v1/seals',
    describeRoute(
      {
        operationId: 'registerSeal',
        tag,
        zh: '登记印章',
        en: 'Takes a seal of a company in, with the certificates that may use it.',
        access: writers,
        answer: [201, SealSchema],
      },
      {
        headers: IdempotencyHeader,
        body: closed({
          companyId: recordId('com'),
          code: Text(40, '印章编码 / code of the seal'),
          name: Name,
          kind: SealKind,
          maker: Type.Optional(Name),
          data: Type.Optional(SealData),
          certificates: Type.Optional(Digests),
          validFrom: Type.Optional(Instant),
          validUntil: Type.Optional(Instant),
        }),
      },
    ),
    async (request, reply) => {
      reply.code(201);
      return runWrite(ports, request, reply, (act) => registerSeal(ports, act, request.body));
    },
  );

  app.get(
    '/v1/seals',
    describeRoute(
      {
        operationId: 'listSeals',
        tag,
        zh: '列出印章',
        en: 'Registered seals, oldest first.',
        access: readers,
        answer: [200, pageOfSchema(SealSchema)],
      },
      { querystring: closed({ ...PageQuery, companyId: Type.Optional(recordId('com')) }) },
    ),
    async ({ query }) =>
      listSeals(ports, { after: readCursor(query.cursor), limit: query.limit ?? 50 }, query.companyId),
  );

  app.get(
    '/v1/seals/:id',
    describeRoute(
      {
        operationId: 'getSeal',
        tag,
        zh: '查询印章',
        en: 'One seal, with its data.',
        access: readers,
        answer: [200, SealWithData],
      },
      { params: byId('sea') },
    ),
    async ({ params: { id } }, reply) =>
      answerVersioned(ports, reply, { registry: 'seals', recordId: id, part: 'record' }, async () => {
        const seal = await findSeal(ports, id);
        return { ...sealView(seal), data: seal.data && toBase64(seal.data) };
      }),
  );

  app.patch(
    '/v1/seals/:id',
    describeRoute(
      {
        operationId: 'updateSeal',
        tag,
        zh: '变更印章',
        en: 'Changes a seal. One that was destroyed stays so.',
        access: writers,
        answer: [200, SealSchema],
      },
      {
        headers: ChangeHeader,
        params: byId('sea'),
        body: closed({
          name: Type.Optional(Name),
          state: Type.Optional(SealState),
          certificates: Type.Optional(Digests),
          validUntil: Type.Optional(Instant),
        }),
      },
    ),
    async (request, reply) =>
      runWrite(ports, request, reply, (act) => updateSeal(ports, act, request.params.id, request.body)),
  );
}
