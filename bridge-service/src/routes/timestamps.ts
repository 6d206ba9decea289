import Type from 'typebox';
import { inLanguageOf } from '../plugins/locale.ts';
import { actOf } from '../plugins/write.ts';
import { issueTimestamp } from '../services/issue-timestamp.ts';
import { roles } from '../services/ports/records.ts';
import { requestTimestamp } from '../services/request-timestamp.ts';
import { verifyTimestamp } from '../services/verify-timestamp.ts';
import type { App, RouteContext } from './context.ts';
import { describeRoute } from './describe-route.ts';
import { base64, closed, errorAnswers, nullable, oneOf, ReasonSchema } from './schemas/common.ts';
import { ContentDigest, Oid, TimestampQuestionSchema } from './schemas/questions.ts';
import { Sources, TimestampReportSchema, VerifiedTimestampSchema } from './schemas/reports.ts';

const queryType = 'application/timestamp-query';
const largestQuery = 64 * 1024;

const callers = ['platform', 'operator', 'supervisor', 'vendor', 'administrator'] as const;

export function timestampRoutes(app: App, { ports, metrics }: RouteContext): void {
  // In a scope of its own: no other route takes bytes.
  app.register(async (scope) => {
    scope.removeAllContentTypeParsers();
    scope.addContentTypeParser(queryType, { parseAs: 'buffer', bodyLimit: largestQuery }, (_request, body, done) => {
      done(null, body);
    });
    authorityRoute(scope as unknown as App, ports);
  });

  app.post(
    '/v1/timestamps',
    describeRoute(
      {
        operationId: 'requestTimestamp',
        tag: '判定 Judgements',
        zh: '申请时间戳',
        en: 'Has a digest stamped by the first registered authority whose token holds; indeterminate, with the reason, where none does.',
        access: callers,
        answer: [
          200,
          closed({
            indication: oneOf(['passed', 'indeterminate'], '结论 / verdict'),
            reason: Type.Optional(ReasonSchema),
            token: nullable(base64(1_000_000, 'TimeStampToken')),
            report: nullable(TimestampReportSchema),
            sources: Sources,
          }),
        ],
      },
      { body: closed({ digest: ContentDigest, policy: Type.Optional(Oid) }) },
    ),
    async (request) => {
      const answer = await requestTimestamp(ports, actOf(ports, request), request.body);
      metrics.countJudgement('timestamp', answer.indication);
      return answer;
    },
  );

  app.post(
    '/v1/timestamps/verify',
    describeRoute(
      {
        operationId: 'verifyTimestamp',
        tag: '判定 Judgements',
        zh: '验证时间戳',
        en: 'Judges a time-stamp against the content or its digest: the token, its authority, and its authority’s status.',
        access: roles,
        answer: [200, VerifiedTimestampSchema],
      },
      {
        body: TimestampQuestionSchema,
      },
    ),
    async (request) => {
      const report = await verifyTimestamp(ports, actOf(ports, request), inLanguageOf(request));
      metrics.countJudgement('timestamp', report.indication);
      return report;
    },
  );
}

function authorityRoute(app: App, ports: RouteContext['ports']): void {
  app.post(
    '/v1/tsa',
    {
      schema: {
        operationId: 'issueTimestamp',
        tags: ['判定 Judgements'],
        summary: '内置时间戳服务（RFC 3161，供试验省使用）',
        description: `The built-in time-stamping authority of RFC 3161, for test provinces: takes \`${queryType}\`, answers \`application/timestamp-reply\`. Stamps over SM3 are signed by SM2 unless \`key\` says otherwise; 404 where there is none.\n\n角色 / roles: ${callers.join(', ')}`,
        security: [{ caller: [] }],
        consumes: [queryType],
        produces: ['application/timestamp-reply'],
        response: {
          200: Type.Unsafe<Buffer>({ type: 'string', contentEncoding: 'binary', description: 'TimeStampResp' }),
          ...errorAnswers,
        },
        querystring: closed({ key: Type.Optional(oneOf(['sm2', 'rsa'], '用哪种密钥 / which key')) }),
      },
      config: { access: callers },
    },
    async (request, reply) => {
      const { body } = request;
      const bytes = body instanceof Uint8Array ? new Uint8Array(body) : new Uint8Array(0);
      const answer = await issueTimestamp(ports, actOf(ports, request), { request: bytes, kind: request.query.key });
      return reply.type('application/timestamp-reply').send(Buffer.from(answer));
    },
  );
}
