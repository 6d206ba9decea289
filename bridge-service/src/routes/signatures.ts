import Type from 'typebox';
import { inLanguageOf } from '../plugins/locale.ts';
import { actOf } from '../plugins/write.ts';
import { roles } from '../services/ports/records.ts';
import { verifySignature } from '../services/verify-signature.ts';
import type { App, RouteContext } from './context.ts';
import { describeRoute } from './describe-route.ts';
import { SignatureQuestionSchema } from './schemas/questions.ts';
import { MessageReportSchema, RawSignatureReportSchema } from './schemas/reports.ts';

export function signatureRoutes(app: App, { ports, metrics }: RouteContext): void {
  app.post(
    '/v1/signatures/verify',
    describeRoute(
      {
        operationId: 'verifySignature',
        tag: '判定 Judgements',
        zh: '验证签名',
        en: 'Judges a raw signature, or a signed message with one verdict per signer and one for the whole.',
        access: roles,
        answer: [200, Type.Union([RawSignatureReportSchema, MessageReportSchema])],
      },
      { body: SignatureQuestionSchema },
    ),
    async (request) => {
      const report = await verifySignature(ports, actOf(ports, request), inLanguageOf(request));
      metrics.countJudgement('signature', report.indication);
      return report;
    },
  );
}
