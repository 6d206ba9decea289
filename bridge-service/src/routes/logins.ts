import Type from 'typebox';
import { callerOf } from '../plugins/authentication.ts';
import { runWrite } from '../plugins/write.ts';
import { findLogin } from '../services/find-login.ts';
import { giveUpLogin } from '../services/give-up-login.ts';
import { judgeLoginToken } from '../services/judge-login-token.ts';
import type { App, RouteContext } from './context.ts';
import { describeRoute } from './describe-route.ts';
import { byId, closed, IdempotencyHeader, recordId } from './schemas/common.ts';
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

  app.post(
    '/v1/login-failures',
    describeRoute(
      {
        operationId: 'reportLoginFailure',
        tag: '登录 Logins',
        zh: '上报未能完成的登录',
        en: 'Tells that somebody who was given a challenge came with no token, and why: the code of the agent or the SDK, and the driver. It is counted, and answers nothing else.',
        access: ['platform'],
        answer: [201, closed({ challenge: recordId('chl') })],
      },
      {
        headers: IdempotencyHeader,
        body: closed({
          challenge: recordId('chl'),
          code: Type.String({
            pattern: '^ERR_[A-Z0-9_]+$',
            maxLength: 80,
            description: '错误代码 / code of the error',
          }),
          context: Type.Optional(UseContextSchema),
        }),
      },
    ),
    async (request, reply) => {
      reply.code(201);
      const { challenge } = request.body;
      return runWrite(ports, request, reply, async (act) => {
        await giveUpLogin(ports, act, request.body);
        return { challenge };
      });
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
