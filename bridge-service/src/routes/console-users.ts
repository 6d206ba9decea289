import Type from 'typebox';
import { runWrite } from '../plugins/write.ts';
import {
  bindConsoleKey,
  changeConsoleRole,
  createConsoleUser,
  endConsoleKey,
  endConsoleUser,
  findConsoleUser,
  listConsoleUsers,
} from '../services/console/users.ts';
import { readCursor } from '../services/page.ts';
import { consoleRoles } from '../services/ports/console-store.ts';
import type { App, RouteContext } from './context.ts';
import { describeRoute } from './describe-route.ts';
import {
  byId,
  CertificateText,
  closed,
  IdempotencyHeader,
  Instant,
  Name,
  nullable,
  oneOf,
  PageQuery,
  pageOfSchema,
  recordId,
} from './schemas/common.ts';

const tag = '登记 Registries';
const Role = oneOf(consoleRoles, '角色 / role');
const Kind = oneOf(
  ['certificate', 'person'],
  '按这一张证书，或按证书所载的人 / by this certificate, or by the person it names',
);
export const ConsoleUserSchema = closed({
  id: recordId('clr'),
  name: Type.String(),
  role: Role,
  createdAt: Instant,
  createdBy: Type.String(),
  revokedAt: nullable(Instant),
  keys: Type.Array(
    closed({
      id: recordId('cky'),
      kind: Kind,
      shown: Type.String({
        description: '证书主体，或人员（证件号码已脱敏）/ subject, or person with the number masked',
      }),
      boundAt: Instant,
      boundBy: Type.String(),
      endedAt: nullable(Instant),
    }),
  ),
});
const Key = closed({ certificate: CertificateText, kind: Kind });
const readers = ['supervisor', 'administrator'] as const;
const writers = ['administrator'] as const;

/** Who may use the console, and by which certificates. */
export function consoleUserRoutes(app: App, { ports }: RouteContext): void {
  app.post(
    '/v1/console-users',
    describeRoute(
      {
        operationId: 'createConsoleUser',
        tag,
        zh: '新建控制台用户',
        en: 'Makes a user of the console, let in by the certificate given, or by whoever it names. Possession of the key is shown by each login.',
        access: writers,
        answer: [201, ConsoleUserSchema],
      },
      { headers: IdempotencyHeader, body: closed({ name: Name, role: Role, key: Key }) },
    ),
    async (request, reply) => {
      reply.code(201);
      return runWrite(ports, request, reply, (act) => createConsoleUser(ports, act, request.body));
    },
  );

  app.get(
    '/v1/console-users',
    describeRoute(
      {
        operationId: 'listConsoleUsers',
        tag,
        zh: '列出控制台用户',
        en: 'Users of one role, oldest first, ended ones included.',
        access: readers,
        answer: [200, pageOfSchema(ConsoleUserSchema)],
      },
      { querystring: closed({ ...PageQuery, role: Role }) },
    ),
    async ({ query }) =>
      listConsoleUsers(ports, { after: readCursor(query.cursor), limit: query.limit ?? 50 }, query.role),
  );

  app.get(
    '/v1/console-users/:id',
    describeRoute(
      {
        operationId: 'getConsoleUser',
        tag,
        zh: '查询控制台用户',
        en: 'One user.',
        access: readers,
        answer: [200, ConsoleUserSchema],
      },
      { params: byId('clr') },
    ),
    async ({ params }) => findConsoleUser(ports, params.id),
  );

  app.delete(
    '/v1/console-users/:id',
    describeRoute(
      {
        operationId: 'endConsoleUser',
        tag,
        zh: '停用控制台用户',
        en: 'Ends a user with all keys and sessions, on every node with the next request; the record stays.',
        access: writers,
        answer: [200, ConsoleUserSchema],
      },
      { headers: IdempotencyHeader, params: byId('clr') },
    ),
    async (request, reply) => runWrite(ports, request, reply, (act) => endConsoleUser(ports, act, request.params.id)),
  );

  app.post(
    '/v1/console-users/:id/role',
    describeRoute(
      {
        operationId: 'changeConsoleRole',
        tag,
        zh: '更改控制台用户的角色',
        en: 'Gives a user another role; their sessions end. Under two-person control it takes a change set.',
        access: writers,
        answer: [200, ConsoleUserSchema],
      },
      { headers: IdempotencyHeader, params: byId('clr'), body: closed({ role: Role }) },
    ),
    async (request, reply) =>
      runWrite(ports, request, reply, (act) => changeConsoleRole(ports, act, request.params.id, request.body.role)),
  );

  app.post(
    '/v1/console-users/:id/keys',
    describeRoute(
      {
        operationId: 'bindConsoleKey',
        tag,
        zh: '为控制台用户绑定证书',
        en: 'Binds one more certificate, or the person it names, to a user.',
        access: writers,
        answer: [201, ConsoleUserSchema],
      },
      { headers: IdempotencyHeader, params: byId('clr'), body: Key },
    ),
    async (request, reply) => {
      reply.code(201);
      return runWrite(ports, request, reply, (act) => bindConsoleKey(ports, act, request.params.id, request.body));
    },
  );

  app.post(
    '/v1/console-users/:id/keys/end',
    describeRoute(
      {
        operationId: 'endConsoleKey',
        tag,
        zh: '解除控制台用户的一张证书',
        en: 'Ends a key of a user, and the sessions that it began.',
        access: writers,
        answer: [200, ConsoleUserSchema],
      },
      { headers: IdempotencyHeader, params: byId('clr'), body: closed({ key: recordId('cky') }) },
    ),
    async (request, reply) =>
      runWrite(ports, request, reply, (act) => endConsoleKey(ports, act, request.params.id, request.body.key)),
  );
}
