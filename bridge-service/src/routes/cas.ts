import Type from 'typebox';
import { runWrite } from '../plugins/write.ts';
import { findCa, listCas } from '../services/list-cas.ts';
import { readCursor } from '../services/page.ts';
import { registerCa } from '../services/register-ca.ts';
import { updateCa } from '../services/update-ca.ts';
import type { App, RouteContext } from './context.ts';
import { describeRoute } from './describe-route.ts';
import { RevocationRule } from './schemas/ca-sources.ts';
import {
  byId,
  CertificateText,
  ChangeHeader,
  closed,
  IdempotencyHeader,
  Instant,
  Name,
  oneOf,
  PageQuery,
  pageOfSchema,
  recordId,
} from './schemas/common.ts';
import { answerVersioned } from './versioned.ts';

const Certificate = closed({
  subject: Type.String(),
  issuer: Type.String(),
  serialNumber: Type.String(),
  notBefore: Instant,
  notAfter: Instant,
  digest: Type.String({ description: 'DER 的 SM3 / SM3 of the DER' }),
  der: Type.String({ contentEncoding: 'base64' }),
});
const State = oneOf(['active', 'off-boarded'], '状态 / state');
const CaSchema = closed({
  id: recordId('ca'),
  name: Type.String(),
  state: State,
  createdAt: Instant,
  updatedAt: Instant,
  anchors: Type.Array(Certificate),
  intermediates: Type.Array(Certificate),
});

const anchors = Type.Array(CertificateText, { minItems: 1, maxItems: 20, description: '信任锚 / trust anchors' });
const intermediates = Type.Array(CertificateText, { maxItems: 100, description: '中间证书 / intermediates' });
const readers = ['platform', 'operator', 'supervisor', 'vendor', 'administrator'] as const;
const writers = ['operator', 'administrator'] as const;

export function caRoutes(app: App, { ports }: RouteContext): void {
  app.post(
    '/v1/cas',
    describeRoute(
      {
        operationId: 'registerCa',
        tag: '登记 Registries',
        zh: '登记 CA',
        en: 'Takes a CA in. Its anchors count from the next judgement on, without a restart.',
        access: writers,
        answer: [201, CaSchema],
      },
      {
        headers: IdempotencyHeader,
        body: closed({
          ...{ name: Name, anchors, intermediates: Type.Optional(intermediates) },
          revocation: Type.Optional(RevocationRule),
        }),
      },
    ),
    async (request, reply) => {
      reply.code(201);
      return runWrite(ports, request, reply, (act) => registerCa(ports, act, request.body));
    },
  );

  app.get(
    '/v1/cas',
    describeRoute(
      {
        operationId: 'listCas',
        tag: '登记 Registries',
        zh: '列出 CA',
        en: 'CAs, oldest first, off-boarded ones included.',
        access: readers,
        answer: [200, pageOfSchema(CaSchema)],
      },
      { querystring: closed(PageQuery) },
    ),
    async ({ query }) => listCas(ports, { after: readCursor(query.cursor), limit: query.limit ?? 50 }),
  );

  app.get(
    '/v1/cas/:id',
    describeRoute(
      {
        operationId: 'getCa',
        tag: '登记 Registries',
        zh: '查询 CA',
        en: 'One CA.',
        access: readers,
        answer: [200, CaSchema],
      },
      { params: byId('ca') },
    ),
    async ({ params: { id } }, reply) =>
      answerVersioned(ports, reply, { registry: 'cas', recordId: id, part: 'record' }, () => findCa(ports, id)),
  );

  app.patch(
    '/v1/cas/:id',
    describeRoute(
      {
        operationId: 'updateCa',
        tag: '登记 Registries',
        zh: '变更 CA',
        en: 'Changes name, anchors, intermediates or state; a list given replaces the old one.',
        access: writers,
        answer: [200, CaSchema],
      },
      {
        headers: ChangeHeader,
        params: byId('ca'),
        body: closed({
          name: Type.Optional(Name),
          anchors: Type.Optional(anchors),
          intermediates: Type.Optional(intermediates),
          state: Type.Optional(State),
        }),
      },
    ),
    async (request, reply) =>
      runWrite(ports, request, reply, (act) => updateCa(ports, act, request.params.id, request.body)),
  );

  app.delete(
    '/v1/cas/:id',
    describeRoute(
      {
        operationId: 'offBoardCa',
        tag: '登记 Registries',
        zh: 'CA 退出',
        en: 'Off-boards a CA: its certificates stop counting with the next judgement; the record stays.',
        access: writers,
        answer: [200, CaSchema],
      },
      { headers: ChangeHeader, params: byId('ca') },
    ),
    async (request, reply) =>
      runWrite(ports, request, reply, (act) => updateCa(ports, act, request.params.id, { state: 'off-boarded' })),
  );
}
