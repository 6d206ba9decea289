import Type from 'typebox';
import { callerOf } from '../plugins/authentication.ts';
import { runWrite } from '../plugins/write.ts';
import { createCaller, issueToken } from '../services/create-caller.ts';
import { findCaller, listCallers } from '../services/list-callers.ts';
import { readCursor } from '../services/page.ts';
import { permissions, roles } from '../services/ports/records.ts';
import { revokeCaller } from '../services/revoke-caller.ts';
import { updateCaller } from '../services/update-caller.ts';
import type { App, RouteContext } from './context.ts';
import { describeRoute } from './describe-route.ts';
import {
  byId,
  ChangeHeader,
  closed,
  IdempotencyHeader,
  Instant,
  Name,
  nullable,
  Origin,
  oneOf,
  PageQuery,
  pageOfSchema,
  recordId,
} from './schemas/common.ts';
import { answerVersioned } from './versioned.ts';

const RoleSchema = oneOf(roles, '角色 / role');
const Permissions = Type.Array(oneOf(permissions, '权限 / permission'), { maxItems: permissions.length });
const Origins = Type.Array(Origin, { maxItems: 50, description: '平台页面的来源 / origins of the platform’s pages' });
const caller = {
  id: recordId('clr'),
  name: Type.String(),
  role: RoleSchema,
  permissions: Permissions,
  origins: Origins,
  createdAt: Instant,
  createdBy: Type.String(),
  revokedAt: nullable(Instant),
};
const CallerSchema = closed(caller);

export const CreatedCallerSchema = closed(
  { ...caller, token: Type.String({ description: '只在此处出现一次 / shown here and never again' }) },
  '含凭证的调用方 / a caller with its token',
);

export function callerRoutes(app: App, { ports }: RouteContext): void {
  app.post(
    '/v1/callers',
    describeRoute(
      {
        operationId: 'createCaller',
        tag: '登记 Registries',
        zh: '新建调用方',
        en: 'Makes a caller and its bearer token. Only a digest of the token is kept.',
        access: ['administrator'],
        answer: [201, CreatedCallerSchema],
      },
      {
        headers: IdempotencyHeader,
        body: closed({
          name: Name,
          role: RoleSchema,
          permissions: Type.Optional(Permissions),
          origins: Type.Optional(Origins),
        }),
      },
    ),
    async (request, reply) => {
      reply.code(201);
      return runWrite(ports, request, reply, (act) => createCaller(ports, act, request.body));
    },
  );

  app.get(
    '/v1/callers',
    describeRoute(
      {
        operationId: 'listCallers',
        tag: '登记 Registries',
        zh: '列出调用方',
        en: 'Callers, oldest first, revoked ones included; never their tokens.',
        access: ['administrator', 'supervisor'],
        answer: [200, pageOfSchema(CallerSchema)],
      },
      { querystring: closed({ ...PageQuery, role: Type.Optional(RoleSchema) }) },
    ),
    async ({ query }) => listCallers(ports, { after: readCursor(query.cursor), limit: query.limit ?? 50 }, query.role),
  );

  app.get(
    '/v1/callers/self',
    describeRoute(
      {
        operationId: 'getOwnCaller',
        tag: '登记 Registries',
        zh: '查询自身',
        en: 'Who the credential in use belongs to.',
        access: ['platform', 'operator', 'supervisor', 'vendor', 'administrator'],
        answer: [200, CallerSchema],
      },
      {},
    ),
    async (request) => callerOf(request),
  );

  app.get(
    '/v1/callers/:id',
    describeRoute(
      {
        operationId: 'getCaller',
        tag: '登记 Registries',
        zh: '查询调用方',
        en: 'One caller.',
        access: ['administrator', 'supervisor'],
        answer: [200, CallerSchema],
      },
      { params: byId('clr') },
    ),
    async ({ params: { id } }, reply) =>
      answerVersioned(ports, reply, { registry: 'platforms', recordId: id, part: 'record' }, () =>
        findCaller(ports, id),
      ),
  );

  app.patch(
    '/v1/callers/:id',
    describeRoute(
      {
        operationId: 'updateCaller',
        tag: '登记 Registries',
        zh: '变更调用方',
        en: 'Changes name, permissions or origins; a list given replaces the old one.',
        access: ['administrator'],
        answer: [200, CallerSchema],
      },
      {
        headers: ChangeHeader,
        params: byId('clr'),
        body: closed({
          name: Type.Optional(Name),
          permissions: Type.Optional(Permissions),
          origins: Type.Optional(Origins),
        }),
      },
    ),
    async (request, reply) =>
      runWrite(ports, request, reply, (act) => updateCaller(ports, act, request.params.id, request.body)),
  );

  app.post(
    '/v1/callers/:id/token',
    describeRoute(
      {
        operationId: 'issueCallerToken',
        tag: '登记 Registries',
        zh: '换发令牌',
        en: 'Gives a caller a new bearer token; the one before ends at once. Also the way to the first token of a platform that a change set let in.',
        access: ['administrator'],
        answer: [201, CreatedCallerSchema],
      },
      { headers: IdempotencyHeader, params: byId('clr') },
    ),
    async (request, reply) => {
      reply.code(201);
      return runWrite(ports, request, reply, (act) => issueToken(ports, act, request.params.id));
    },
  );

  app.delete(
    '/v1/callers/:id',
    describeRoute(
      {
        operationId: 'revokeCaller',
        tag: '登记 Registries',
        zh: '吊销调用方',
        en: 'Revokes a caller: its token stops working with the next request; the record stays.',
        access: ['administrator'],
        answer: [200, CallerSchema],
      },
      { headers: IdempotencyHeader, params: byId('clr') },
    ),
    async (request, reply) => runWrite(ports, request, reply, (act) => revokeCaller(ports, act, request.params.id)),
  );
}
