import Type from 'typebox';
import { runWrite } from '../plugins/write.ts';
import { findCaEnrolment, setCaEnrolment, tryCaEnrolment } from '../services/applications/enrolment-settings.ts';
import { listOffers } from '../services/applications/list-offers.ts';
import type { App, RouteContext } from './context.ts';
import { describeRoute } from './describe-route.ts';
import { CaEnrolmentAnswer, CaEnrolmentSchema, OfferSchema, TrialSchema } from './schemas/applications.ts';
import { byId, ChangeHeader, closed } from './schemas/common.ts';
import { answerVersioned } from './versioned.ts';

const tag = '申领 Applications';
const keepers = ['operator', 'administrator'] as const;

/** How CAs take applications, and what they offer. */
export function enrolmentRoutes(app: App, { ports }: RouteContext): void {
  app.get(
    '/v1/enrolment-offers',
    describeRoute(
      {
        operationId: 'listEnrolmentOffers',
        tag,
        zh: '列出受理网上申领的 CA：公示价格、承诺与实际服务数据',
        en: 'CAs that take applications: published prices and promises beside what they have done.',
        access: ['platform', 'operator', 'supervisor', 'administrator'],
        answer: [200, closed({ offers: Type.Array(OfferSchema) })],
      },
      {},
    ),
    async () => ({ offers: [...(await listOffers(ports, 'platforms'))] }),
  );

  app.get(
    '/v1/cas/:id/enrolment',
    describeRoute(
      {
        operationId: 'getCaEnrolment',
        tag,
        zh: '查询 CA 受理设置',
        en: 'How a CA takes applications.',
        access: ['operator', 'supervisor', 'administrator'],
        answer: [200, CaEnrolmentAnswer],
      },
      { params: byId('ca') },
    ),
    async ({ params: { id } }, reply) =>
      answerVersioned(ports, reply, { registry: 'cas', recordId: id, part: 'enrolment' }, () =>
        findCaEnrolment(ports, id),
      ),
  );

  app.put(
    '/v1/cas/:id/enrolment',
    describeRoute(
      {
        operationId: 'setCaEnrolment',
        tag,
        zh: '设置 CA 受理方式：地址、协议、凭证、产品与价格',
        en: 'Sets how a CA takes applications, all of it: address, protocol, credential, products and prices.',
        access: keepers,
        answer: [200, CaEnrolmentAnswer],
      },
      { headers: ChangeHeader, params: byId('ca'), body: CaEnrolmentSchema },
    ),
    async (request, reply) =>
      runWrite(ports, request, reply, (act) => setCaEnrolment(ports, act, request.params.id, request.body)),
  );

  app.post(
    '/v1/cas/:id/enrolment/trial',
    describeRoute(
      {
        operationId: 'tryCaEnrolment',
        tag,
        zh: '试连 CA 受理端：取其 CA 证书并与登记核对',
        en: 'Asks the CA’s door for its certificates and compares them with the registry.',
        access: keepers,
        answer: [200, TrialSchema],
      },
      { params: byId('ca') },
    ),
    async ({ params }) => tryCaEnrolment(ports, params.id),
  );
}
