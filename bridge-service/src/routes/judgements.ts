import { Readable } from 'node:stream';
import { encodePem } from '@onelock/core/bytes';
import { CodedError, isCodedError } from '@onelock/core/errors';
import { formatName } from '@onelock/core/x509';
import Type from 'typebox';
import { type ErrorAnswer, errorAnswer } from '../plugins/error-answer.ts';
import { negotiateLocale } from '../plugins/locale.ts';
import { actOf } from '../plugins/write.ts';
import { judgeBatch } from '../services/judge-batch.ts';
import type { Ports } from '../services/ports/ports.ts';
import { roles } from '../services/ports/records.ts';
import type { App, RouteContext } from './context.ts';
import { describeRoute } from './describe-route.ts';
import { base64, closed, errorAnswers } from './schemas/common.ts';
import { BatchSchema, reportWishes, trustQuestion } from './schemas/questions.ts';

const callers = ['platform', 'operator', 'supervisor', 'vendor', 'administrator'] as const;

export function judgementRoutes(app: App, { ports }: RouteContext): void {
  app.post(
    '/v1/judgements/batch',
    {
      schema: {
        operationId: 'judgeBatch',
        tags: ['判定 Judgements'],
        summary: '批量判定',
        description: `Judges many certificates, signatures and time-stamps. The answer is \`application/x-ndjson\`, a line for each question in its order: \`{ "index", "answer" }\`, or \`{ "index", "error" }\` for one that cannot be judged.\n\n角色 / roles: ${callers.join(', ')}`,
        security: [{ caller: [] }],
        produces: ['application/x-ndjson'],
        body: BatchSchema,
        response: {
          200: Type.Unsafe<Readable>({ type: 'string', description: '每行一个 JSON / one JSON a line' }),
          ...errorAnswers,
        },
      },
      config: { access: callers },
    },
    async (request, reply) => {
      const language = negotiateLocale(request.headers['accept-language']);
      const refuse = (error: unknown): ErrorAnswer => {
        if (isCodedError(error)) return errorAnswer(error, language, request.id);
        request.log.error({ err: error }, 'a question of a batch failed');
        return errorAnswer(new CodedError('ERR_SERVICE_INTERNAL'), language, request.id);
      };
      const lines = judgeBatch(ports, actOf(ports, request), request.body.items, { language, refuse });
      return reply
        .type('application/x-ndjson; charset=utf-8')
        .send(Readable.from(encoded(lines), { objectMode: false }));
    },
  );

  app.post(
    '/v1/documents/verify',
    describeRoute(
      {
        operationId: 'verifyDocument',
        tag: '判定 Judgements',
        zh: '验证已签章文件',
        en: 'Room for PDF and OFD: this version judges no documents and answers ERR_DOCUMENT_UNSUPPORTED. Verify the signature inside by /v1/signatures/verify.',
        access: roles,
        answer: [200, closed({})],
      },
      {
        body: closed({
          document: base64(512 * 1024 * 1024, 'PDF 或 OFD / PDF or OFD'),
          ...trustQuestion,
          ...reportWishes,
        }),
      },
    ),
    async () => {
      throw new CodedError('ERR_DOCUMENT_UNSUPPORTED', { detail: 'PDF, OFD' });
    },
  );

  app.get(
    '/v1/report-signer',
    describeRoute(
      {
        operationId: 'getReportSigner',
        tag: '判定 Judgements',
        zh: '报告签名证书',
        en: 'The certificate by which this service signs its reports, and the keys of those in JWS. Fetch them once over a connection that you trust, and keep them.',
        access: roles,
        answer: [
          200,
          closed({
            ...{ subject: Type.String(), keyId: Type.String(), certificate: Type.String() },
            jwks: closed(
              { keys: Type.Array(Type.Record(Type.String(), Type.String())) },
              'jws 形式的公钥（RFC 7517）/ keys of the form jws',
            ),
          }),
        ],
      },
      {},
    ),
    async () => signerOf(ports),
  );
}

function signerOf({ reports, webReports, key }: Pick<Ports, 'reports' | 'webReports' | 'key'>) {
  const { certificate } = reports;
  return {
    subject: formatName(certificate.subject),
    keyId: key.id,
    certificate: encodePem('CERTIFICATE', certificate.der),
    jwks: { keys: [{ ...webReports.jwk }] },
  };
}

async function* encoded(lines: AsyncIterable<object>): AsyncGenerator<string> {
  for await (const line of lines) yield `${JSON.stringify(line)}\n`;
}
