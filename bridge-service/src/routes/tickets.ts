import Type from 'typebox';
import { actOf } from '../plugins/write.ts';
import { roles } from '../services/ports/records.ts';
import { verifyTicket } from '../services/tickets/verify-ticket.ts';
import type { App, RouteContext } from './context.ts';
import { describeRoute } from './describe-route.ts';
import { base64, closed, nullable, oneOf, ReasonSchema, recordId, Text } from './schemas/common.ts';
import { AdmissionSchema } from './schemas/reports.ts';

const StatementSchema = closed({
  version: Type.Literal(1),
  operation: Type.String(),
  origin: Type.String(),
  digest: closed({ algorithm: Type.String(), value: Type.String() }),
  text: Type.String({ description: '向用户显示的文字 / what the person is shown' }),
  nonce: Type.String(),
  issuedAt: Type.String(),
  expiresAt: Type.String(),
});

const TicketContextSchema = closed(
  {
    certificate: Type.Optional(
      Type.String({ pattern: '^[0-9a-f]{64}$', description: '证书的 SM3 / SM3 of the certificate' }),
    ),
    deviceSerial: Type.Optional(Text(64, '介质序列号 / serial number of the device')),
    machine: Type.Optional(Text(200, '机器标识 / identifier of the machine')),
  },
  '将以哪张证书、哪个介质、哪台机器使用；给出时查关注名单 / by what it is about to be used; the watch-list is asked where it is given',
);

export function ticketRoutes(app: App, { ports }: RouteContext): void {
  app.post(
    '/v1/tickets/verify',
    describeRoute(
      {
        operationId: 'verifyTicket',
        tag: '判定 Judgements',
        zh: '核验请求票据',
        en: 'Judges a request ticket that a trading server signed by a key of its profile: operation, digest, shown text, nonce, at most 60 seconds. One that passes is used up.',
        access: roles,
        answer: [
          200,
          closed({
            indication: oneOf(['passed', 'failed'], '结论 / verdict'),
            reason: nullable(ReasonSchema),
            platform: nullable(closed({ id: recordId('clr'), name: Type.String() })),
            statement: nullable(StatementSchema),
            admission: Type.Optional(AdmissionSchema),
          }),
        ],
      },
      {
        body: closed({
          platformId: recordId('clr'),
          keyId: Text(64, '平台登记的公钥编号 / id of the platform’s key'),
          statement: Type.String({
            minLength: 2,
            maxLength: 8192,
            description: '所签的 JSON 原文 / the JSON as signed',
          }),
          signature: base64(
            2048,
            '对 "onelock-request-ticket-v1\\n" 加原文的签名 / signature over the domain line and the JSON',
          ),
          context: Type.Optional(TicketContextSchema),
        }),
      },
    ),
    async (request) => verifyTicket(ports, actOf(ports, request), request.body),
  );
}
