import Type from 'typebox';
import { callerOf } from '../plugins/authentication.ts';
import { runWrite } from '../plugins/write.ts';
import { type ApplicationAct, reachOf } from '../services/applications/application-act.ts';
import {
  findApplication,
  findDelivery,
  installApplication,
  listApplications,
  openApplicant,
  refuseApplication,
  retryApplication,
  withdrawApplication,
} from '../services/applications/follow-application.ts';
import { makeApplication } from '../services/applications/make-application.ts';
import { submitApplication } from '../services/applications/submit-application.ts';
import { readCursor } from '../services/page.ts';
import type { Act } from '../services/ports/ports.ts';
import { authorOf } from '../services/registry/record-change.ts';
import { streamApplication } from './application-stream.ts';
import type { App, RouteContext } from './context.ts';
import { describeRoute } from './describe-route.ts';
import {
  ApplicationDetailSchema,
  ApplicationInputSchema,
  ApplicationSchema,
  ApplicationStateSchema,
  ContactSchema,
  DeliverySchema,
  MadeApplicationSchema,
  SubmissionSchema,
} from './schemas/applications.ts';
import { byId, closed, IdempotencyHeader, PageQuery, pageOfSchema, recordId, Text } from './schemas/common.ts';

const tag = '申领 Applications';
const owners = ['platform'] as const;
const readers = ['platform', 'operator', 'supervisor', 'administrator'] as const;
const movers = ['platform', 'operator', 'administrator'] as const;
const keepers = ['operator', 'administrator'] as const;
const params = byId('app');

const within = (act: Act): ApplicationAct => ({
  ...{ author: authorOf(act), reach: reachOf(act.caller), transaction: act.transaction },
});

/** Applications for certificates: by platforms for their companies, and for operators who look after all of them. */
export function applicationRoutes(app: App, context: RouteContext): void {
  const { ports } = context;
  app.post(
    '/v1/applications',
    describeRoute(
      {
        operationId: 'makeApplication',
        tag,
        zh: '新建证书申请（新办或续办）',
        en: 'Opens an application. Nothing goes to the CA before the request is submitted.',
        access: owners,
        answer: [201, MadeApplicationSchema],
      },
      { headers: IdempotencyHeader, body: ApplicationInputSchema },
    ),
    async (request, reply) => {
      reply.code(201);
      return runWrite(ports, request, reply, (act) => makeApplication(ports, within(act), request.body, 'platforms'));
    },
  );

  app.get(
    '/v1/applications',
    describeRoute(
      {
        operationId: 'listApplications',
        tag,
        zh: '列出证书申请',
        en: 'Applications, newest first: a platform’s own, or all for operators.',
        access: readers,
        answer: [200, pageOfSchema(ApplicationSchema)],
      },
      {
        querystring: closed({
          ...PageQuery,
          state: Type.Optional(ApplicationStateSchema),
          caId: Type.Optional(recordId('ca')),
          creditCode: Type.Optional(Type.String({ pattern: '^[0-9A-Z]{18}$' })),
        }),
      },
    ),
    async (request) => {
      const { cursor, limit = 50, state, caId, creditCode } = request.query;
      const page = { after: readCursor(cursor), limit };
      return listApplications(ports, reachOf(callerOf(request)), page, { state, caId, creditCode });
    },
  );

  app.get(
    '/v1/applications/:id',
    describeRoute(
      {
        operationId: 'getApplication',
        tag,
        zh: '查询证书申请及其经过',
        en: 'One application with every step it took.',
        access: readers,
        answer: [200, ApplicationDetailSchema],
      },
      { params },
    ),
    async (request) => findApplication(ports, reachOf(callerOf(request)), request.params.id),
  );

  app.post(
    '/v1/applications/:id/submission',
    describeRoute(
      {
        operationId: 'submitApplication',
        tag,
        zh: '提交 PKCS#10；续办须附旧证书的签名',
        en: 'Hands in what the applicant’s key made; a renewal with the old certificate’s signature over it.',
        access: owners,
        answer: [200, ApplicationSchema],
      },
      { params, headers: IdempotencyHeader, body: SubmissionSchema },
    ),
    async (request, reply) =>
      runWrite(ports, request, reply, (act) => submitApplication(ports, within(act), request.params.id, request.body)),
  );

  app.get(
    '/v1/applications/:id/delivery',
    describeRoute(
      {
        operationId: 'getApplicationDelivery',
        tag,
        zh: '取回签发的证书与加密密钥信封',
        en: 'What was issued: certificates, and the encryption key that only the applicant’s medium opens.',
        access: owners,
        answer: [200, DeliverySchema],
      },
      { params },
    ),
    async (request) => findDelivery(ports, reachOf(callerOf(request)), request.params.id),
  );

  const acts = [
    [
      'installation',
      'installApplication',
      '证书已写入介质',
      'The certificates are on the medium.',
      owners,
      installApplication,
    ],
    ['withdrawal', 'withdrawApplication', '撤回申请', 'Withdraws it.', owners, withdrawApplication],
    ['retry', 'retryApplication', '立即再向 CA 办理', 'Asks the CA again, now; ends a hold.', movers, retryApplication],
  ] as const;
  for (const [name, operationId, zh, en, access, act] of acts)
    app.post(
      `/v1/applications/:id/${name}` as '/v1/applications/:id/retry',
      describeRoute(
        { operationId, tag, zh, en, access, answer: [200, ApplicationSchema] },
        { params, headers: IdempotencyHeader },
      ),
      async (request, reply) => runWrite(ports, request, reply, (done) => act(ports, within(done), request.params.id)),
    );

  app.post(
    '/v1/applications/:id/refusal',
    describeRoute(
      {
        operationId: 'refuseApplication',
        tag,
        zh: '退回申请并说明原因',
        en: 'Gives it back, with words for the applicant.',
        access: keepers,
        answer: [200, ApplicationSchema],
      },
      { params, headers: IdempotencyHeader, body: closed({ note: Text(400, '原因 / why') }) },
    ),
    async (request, reply) =>
      runWrite(ports, request, reply, (act) =>
        refuseApplication(ports, within(act), request.params.id, request.body.note),
      ),
  );

  app.post(
    '/v1/applications/:id/applicant',
    describeRoute(
      {
        operationId: 'openApplicant',
        tag,
        zh: '查看经办人联系方式（记入审计）',
        en: 'Shows how the applicant is reached; the audit log says who looked.',
        access: keepers,
        answer: [200, ContactSchema],
      },
      { params },
    ),
    async (request, reply) =>
      runWrite(ports, request, reply, (act) => openApplicant(ports, within(act), request.params.id)),
  );

  streamApplication(app, context, '/v1/applications/:id/stream', readers, (request) => reachOf(callerOf(request)));
}
