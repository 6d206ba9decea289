import { inLanguageOf } from '../plugins/locale.ts';
import { actOf } from '../plugins/write.ts';
import { roles } from '../services/ports/records.ts';
import { validateCertificate } from '../services/validate-certificate.ts';
import type { App, RouteContext } from './context.ts';
import { describeRoute } from './describe-route.ts';
import { CertificateQuestionSchema } from './schemas/questions.ts';
import { CertificateReportSchema } from './schemas/reports.ts';

export function certificateRoutes(app: App, { ports, metrics }: RouteContext): void {
  app.post(
    '/v1/certificates/validate',
    describeRoute(
      {
        operationId: 'validateCertificate',
        tag: '判定 Judgements',
        zh: '验证证书',
        en: 'Judges a certificate: path, time, usage, and revocation by the CRLs and OCSP responses supplied; the report says what decided and how old it is.',
        access: roles,
        answer: [200, CertificateReportSchema],
      },
      { body: CertificateQuestionSchema },
    ),
    async (request) => {
      const report = await validateCertificate(ports, actOf(ports, request), inLanguageOf(request));
      metrics.countJudgement('certificate', report.indication);
      return report;
    },
  );
}
