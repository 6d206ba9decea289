import { toBase64 } from '@onelock/core/bytes';
import Type from 'typebox';
import { callerOf } from '../plugins/authentication.ts';
import { runWrite } from '../plugins/write.ts';
import { readCursor } from '../services/page.ts';
import {
  certificateView,
  findRegisteredCertificate,
  listRegisteredCertificates,
  registerCertificate,
  updateCertificate,
} from '../services/registry/certificates.ts';
import { shownTo } from '../services/registry/shown-to.ts';
import type { App, RouteContext } from './context.ts';
import { describeRoute } from './describe-route.ts';
import {
  byId,
  CertificateText,
  ChangeHeader,
  closed,
  Hex,
  IdempotencyHeader,
  Instant,
  PageQuery,
  pageOfSchema,
  recordId,
  Text,
} from './schemas/common.ts';
import { CertificateState, RegisteredCertificateSchema, RegisteredCertificateWithDer } from './schemas/registries.ts';
import { answerVersioned } from './versioned.ts';

const readers = ['platform', 'operator', 'supervisor', 'administrator'] as const;
const writers = ['operator', 'administrator'] as const;
const tag = '登记 Registries';
const Medium = Text(60, '介质 / medium');

export function registeredCertificateRoutes(app: App, { ports }: RouteContext): void {
  app.post(
    '/v1/certificates',
    describeRoute(
      {
        operationId: 'registerCertificate',
        tag,
        zh: '登记证书',
        en: 'Takes a certificate in on the operator’s word; its holder shows possession of the key by the first login with it. Without companyId the company is the one whose code it carries.',
        access: writers,
        answer: [201, RegisteredCertificateSchema],
      },
      {
        headers: IdempotencyHeader,
        body: closed({
          certificate: CertificateText,
          companyId: Type.Optional(recordId('com')),
          medium: Type.Optional(Medium),
        }),
      },
    ),
    async (request, reply) => {
      reply.code(201);
      return runWrite(ports, request, reply, (act) => registerCertificate(ports, act, request.body));
    },
  );

  app.get(
    '/v1/certificates',
    describeRoute(
      {
        operationId: 'listCertificates',
        tag,
        zh: '列出登记的证书',
        en: 'Registered certificates, oldest first.',
        access: readers,
        answer: [200, pageOfSchema(RegisteredCertificateSchema)],
      },
      {
        querystring: closed({
          ...PageQuery,
          companyId: Type.Optional(recordId('com')),
          digest: Type.Optional(Hex),
          keyDigest: Type.Optional(Hex),
          serialNumber: Type.Optional(
            Type.String({
              pattern: '^-?(0[xX])?[0-9a-fA-F][0-9a-fA-F: ]{0,199}$',
              description:
                '序列号，十六进制；大小写、冒号、空格与前导零不论 / serial number in hexadecimal, whatever its case, colons, spaces and leading zeros',
            }),
          ),
          state: Type.Optional(CertificateState),
          expiresBefore: Type.Optional(Instant),
        }),
      },
    ),
    async (request) => {
      const { cursor, limit, ...filter } = request.query;
      const page = { after: readCursor(cursor), limit: limit ?? 50 };
      const { items, nextCursor } = await listRegisteredCertificates(ports, page, filter);
      return { items: items.map((one) => shownTo(callerOf(request), one)), nextCursor };
    },
  );

  app.get(
    '/v1/certificates/:id',
    describeRoute(
      {
        operationId: 'getCertificate',
        tag,
        zh: '查询登记的证书',
        en: 'One registered certificate, with its DER.',
        access: readers,
        answer: [200, RegisteredCertificateWithDer],
      },
      { params: byId('crt') },
    ),
    async (request, reply) => {
      const { id } = request.params;
      return answerVersioned(ports, reply, { registry: 'certificates', recordId: id, part: 'record' }, async () => {
        const certificate = await findRegisteredCertificate(ports, id);
        return { ...shownTo(callerOf(request), certificateView(certificate)), der: toBase64(certificate.der) };
      });
    },
  );

  app.patch(
    '/v1/certificates/:id',
    describeRoute(
      {
        operationId: 'updateCertificate',
        tag,
        zh: '变更登记的证书',
        en: 'Changes state, company or medium of a registered certificate.',
        access: writers,
        answer: [200, RegisteredCertificateSchema],
      },
      {
        headers: ChangeHeader,
        params: byId('crt'),
        body: closed({
          state: Type.Optional(CertificateState),
          companyId: Type.Optional(recordId('com')),
          medium: Type.Optional(Medium),
        }),
      },
    ),
    async (request, reply) =>
      runWrite(ports, request, reply, (act) => updateCertificate(ports, act, request.params.id, request.body)),
  );
}
