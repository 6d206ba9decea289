import Type from 'typebox';
import { redeemAdministratorCode } from '../services/administrator-codes.ts';
import { refusePersonalNumbers } from '../services/refuse-personal-numbers.ts';
import { CreatedCallerSchema } from './callers.ts';
import type { App, RouteContext } from './context.ts';
import { describeRoute } from './describe-route.ts';
import { closed, Name } from './schemas/common.ts';

export function administratorRoutes(app: App, { ports, config }: RouteContext): void {
  const described = describeRoute(
    {
      operationId: 'redeemAdministratorCode',
      tag: '登记 Registries',
      zh: '凭一次性代码成为管理员',
      en: 'Makes an administrator for whoever brings the one-time code printed on the server (first start, or break-glass). It takes no Idempotency-Key: when the answer was lost, print a fresh code on the server.',
      access: 'open',
      answer: [201, CreatedCallerSchema],
    },
    { body: closed({ code: Type.String({ minLength: 1, maxLength: 100 }), name: Name }) },
  );
  app.post(
    '/v1/administrators',
    {
      ...described,
      config: {
        ...described.config,
        rateLimit: { max: config.codeAttemptsPerMinute, keyGenerator: ({ ip }) => `code ${ip}` },
      },
    },
    async (request, reply) => {
      refusePersonalNumbers(request.body);
      reply.code(201);
      return redeemAdministratorCode(ports, request.id, request.body);
    },
  );
}
