import Type from 'typebox';
import { callerOf } from '../plugins/authentication.ts';
import { runWrite } from '../plugins/write.ts';
import { findLogin } from '../services/find-login.ts';
import { judgeLoginToken } from '../services/judge-login-token.ts';
import type { App, RouteContext } from './context.ts';
import { describeRoute } from './describe-route.ts';
import { byId, closed, IdempotencyHeader } from './schemas/common.ts';
import { LoginTokenSchema, UseContextSchema } from './schemas/questions.ts';
import { LoginSchema } from './schemas/reports.ts';

export function loginRoutes(app: App, { ports, config, metrics }: RouteContext): void {
  app.post(
    '/v1/logins',
    describeRoute(
      {
        operationId: 'createLogin',
        tag: '登录 Logins',
        zh: '提交登录令牌',
        en: 'Judges a login token and records the outcome. Let someone in only when `indication` is `passed`; `identity` is null otherwise. The challenge is used up either way.',
        access: ['platform'],
        answer: [201, LoginSchema],
      },
      {
        headers: IdempotencyHeader,
        body: closed({ token: LoginTokenSchema, context: Type.Optional(UseContextSchema) }),
      },
    ),
    async (request, reply) => {
      reply.code(201);
      const { token, context } = request.body;
      const login = await runWrite(ports, request, reply, (act) =>
        judgeLoginToken(ports, act, { token, context, profile: config.loginProfile }),
      );
      metrics.countJudgement('login', login.indication);
      return login;
    },
  );

  app.get(
    '/v1/logins/:id',
    describeRoute(
      {
        operationId: 'getLogin',
        tag: '登录 Logins',
        zh: '查询登录记录',
        en: 'A login record. A platform sees its own.',
        access: ['platform', 'operator', 'supervisor', 'administrator'],
        answer: [200, LoginSchema],
      },
      { params: byId('lgn') },
    ),
    async (request) => findLogin(ports, callerOf(request), request.params.id),
  );
}
