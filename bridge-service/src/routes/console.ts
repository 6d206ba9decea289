import Type from 'typebox';
import { callerOf } from '../plugins/authentication.ts';
import { requireConsolePage, sessionCookie } from '../plugins/console-session.ts';
import { actOf, runWrite } from '../plugins/write.ts';
import { publicOriginOf } from '../public-origin.ts';
import { endSessionById, listSessions } from '../services/console/list-sessions.ts';
import { logInByCode, logInToConsole, openConsoleChallenge } from '../services/console/log-in.ts';
import { type BegunSession, endSession } from '../services/console/sessions.ts';
import { bindOwnKey, namesOf } from '../services/console/users.ts';
import { type ConsoleSession, consoleRoles } from '../services/ports/console-store.ts';
import type { Caller } from '../services/ports/records.ts';
import { ConsoleUserSchema } from './console-users.ts';
import type { App, RouteContext } from './context.ts';
import { describeRoute } from './describe-route.ts';
import {
  base64,
  byId,
  closed,
  IdempotencyHeader,
  Instant,
  Name,
  nullable,
  Origin,
  oneOf,
  ReasonSchema,
  recordId,
} from './schemas/common.ts';
import { LoginTokenSchema } from './schemas/questions.ts';

const tag = '登录 Logins';
const Indication = oneOf(['passed', 'failed', 'indeterminate'], '结论 / indication');
const User = closed({
  id: recordId('clr'),
  name: Type.String(),
  role: oneOf([...consoleRoles, 'platform', 'vendor', 'agent'], '角色 / role'),
});
const Session = closed({
  begunAt: Instant,
  expiresAt: Instant,
  idleMinutes: Type.Integer({ description: '闲置多久后结束 / idle time after which it ends' }),
  by: oneOf(['certificate', 'code'], '凭证书或一次性代码 / by a certificate or a one-time code'),
});
const OpenSession = closed({
  id: recordId('ses'),
  userId: recordId('clr'),
  userName: Type.String(),
  role: oneOf(consoleRoles, '角色 / role'),
  begunAt: Instant,
  seenAt: Instant,
  expiresAt: Instant,
  by: Session.properties.by,
  current: Type.Boolean({ description: '发出本请求的会话 / the one that asks' }),
});
const Entered = closed({ user: User, session: Session });

/** What the console's own pages ask beside the public interface: to be let in, to stay, to leave. */
export function consoleRoutes(app: App, { ports, config }: RouteContext): void {
  const origin = (): string => publicOriginOf(app as never, config);
  const userOf = ({ id, name, role }: Caller) => ({ id, name, role });
  const sessionOf = ({ createdAt, expiresAt, certificateDigest }: ConsoleSession) => ({
    ...{ begunAt: createdAt, expiresAt, idleMinutes: ports.lifetimes.consoleIdleMinutes },
    by: certificateDigest === null ? ('code' as const) : ('certificate' as const),
  });
  const enter = (reply: { header(name: string, value: string): unknown }, begun: BegunSession & { caller: Caller }) => {
    reply.header('set-cookie', sessionCookie(origin(), begun.secret));
    return { user: userOf(begun.caller), session: sessionOf(begun.session) };
  };
  const tries = (name: string) => ({
    rateLimit: { max: config.codeAttemptsPerMinute, keyGenerator: ({ ip }: { ip: string }) => `${name} ${ip}` },
  });

  app.post(
    '/v1/console/challenges',
    describeRoute(
      {
        operationId: 'openConsoleChallenge',
        tag,
        zh: '控制台：申请登录挑战',
        en: 'For pages of the console alone: a challenge for its own origin.',
        access: 'open',
        answer: [
          201,
          closed({ challenge: base64(64, '32 个随机字节 / 32 random bytes'), origin: Origin, expiresAt: Instant }),
        ],
      },
      {},
    ),
    async (request, reply) => {
      requireConsolePage(request.method, request.headers, origin());
      const { challenge, expiresAt } = await openConsoleChallenge(ports, origin(), request.id);
      reply.code(201);
      return { challenge, origin: origin(), expiresAt };
    },
  );

  app.post(
    '/v1/console/sessions',
    describeRoute(
      {
        operationId: 'logInToConsole',
        tag,
        zh: '控制台：凭证书登录',
        en: 'For pages of the console alone: judges a login token and begins the session of the user that the certificate is bound to, by a cookie. `entered` is null when the login did not pass.',
        access: 'open',
        answer: [
          201,
          closed({
            indication: Indication,
            reason: nullable(ReasonSchema),
            loginId: recordId('lgn'),
            entered: nullable(Entered),
          }),
        ],
      },
      { body: closed({ token: LoginTokenSchema }) },
    ),
    async (request, reply) => {
      requireConsolePage(request.method, request.headers, origin());
      const { login, begun } = await logInToConsole(ports, origin(), request.id, {
        ...{ token: request.body.token, profile: config.loginProfile },
      });
      reply.code(201);
      return {
        ...{ indication: login.indication, reason: login.reason ?? null, loginId: login.id },
        entered: begun === null ? null : enter(reply, begun),
      };
    },
  );

  const byCode = describeRoute(
    {
      operationId: 'logInToConsoleByCode',
      tag,
      zh: '控制台：凭一次性代码成为管理员并登录',
      en: 'For pages of the console alone: makes an administrator by the one-time code printed on the server and begins a session, in which to bind a certificate.',
      access: 'open',
      answer: [201, Entered],
    },
    { body: closed({ code: Type.String({ minLength: 1, maxLength: 100 }), name: Name }) },
  );
  app.post(
    '/v1/console/sessions/by-code',
    { ...byCode, config: { ...byCode.config, ...tries('console code') } },
    async (request, reply) => {
      requireConsolePage(request.method, request.headers, origin());
      const begun = await logInByCode(ports, request.id, request.body);
      reply.code(201);
      return enter(reply, begun);
    },
  );

  app.get(
    '/v1/console/session',
    describeRoute(
      {
        operationId: 'getConsoleSession',
        tag,
        zh: '控制台：当前用户与会话',
        en: 'Who uses the console, and until when. Without a session of the console `session` is null.',
        access: consoleRoles,
        answer: [200, closed({ user: User, session: nullable(Session) })],
      },
      {},
    ),
    async (request) => ({
      user: userOf(callerOf(request)),
      session: request.consoleSession === null ? null : sessionOf(request.consoleSession),
    }),
  );

  app.delete(
    '/v1/console/session',
    describeRoute(
      {
        operationId: 'logOutOfConsole',
        tag,
        zh: '控制台：退出登录',
        en: 'Ends the session of the console on every node.',
        access: consoleRoles,
        answer: [200, closed({ ended: Type.Boolean() })],
      },
      {},
    ),
    async (request, reply) => {
      const session = request.consoleSession;
      if (session === null) return { ended: false };
      await endSession(ports, { caller: callerOf(request), session, requestId: request.id });
      reply.header('set-cookie', sessionCookie(origin(), ''));
      return { ended: true };
    },
  );

  app.get(
    '/v1/console/sessions',
    describeRoute(
      {
        operationId: 'listConsoleSessions',
        tag,
        zh: '控制台：未结束的会话',
        en: 'Open sessions of the console, the newest first: one’s own; for supervisors and administrators those of everybody, or of one user.',
        access: consoleRoles,
        answer: [200, closed({ items: Type.Array(OpenSession) })],
      },
      { querystring: closed({ user: Type.Optional(recordId('clr')) }) },
    ),
    async (request) => ({
      items: [
        ...(await listSessions(ports, {
          ...{ caller: callerOf(request), current: request.consoleSession, user: request.query.user },
        })),
      ],
    }),
  );

  app.post(
    '/v1/console/sessions/:id/end',
    describeRoute(
      {
        operationId: 'endConsoleSession',
        tag,
        zh: '控制台：结束一个会话',
        en: 'Ends a session of the console on every node: one’s own, or as an administrator anybody’s.',
        access: consoleRoles,
        answer: [200, closed({ ended: Type.Boolean() })],
      },
      { headers: IdempotencyHeader, params: byId('ses') },
    ),
    async (request, reply) => runWrite(ports, request, reply, (act) => endSessionById(ports, act, request.params.id)),
  );

  app.post(
    '/v1/console/session/keys',
    describeRoute(
      {
        operationId: 'bindOwnConsoleKey',
        tag,
        zh: '控制台：把自己的证书绑定到自己',
        en: 'Binds the certificate whose key has just signed a challenge of the console to the administrator who is logged in.',
        access: ['administrator'],
        answer: [201, ConsoleUserSchema],
      },
      { body: closed({ token: LoginTokenSchema }) },
    ),
    async (request, reply) => {
      reply.code(201);
      return bindOwnKey(ports, actOf(ports, request), origin(), {
        ...{ token: request.body.token, profile: config.loginProfile },
      });
    },
  );

  app.get(
    '/v1/console/names',
    describeRoute(
      {
        operationId: 'listNames',
        tag,
        zh: '控制台：编号对应的名称',
        en: 'Names of callers by id, for whoever reads a history; unknown ids are left out.',
        access: consoleRoles,
        answer: [200, closed({ items: Type.Array(User) })],
      },
      {
        querystring: closed({
          ids: Type.String({ pattern: '^clr_[0-9a-f]{32}(,clr_[0-9a-f]{32}){0,99}$', maxLength: 4_000 }),
        }),
      },
    ),
    async ({ query }) => ({ items: [...(await namesOf(ports, query.ids.split(',')))] }),
  );
}
