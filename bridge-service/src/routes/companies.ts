import Type from 'typebox';
import { runWrite } from '../plugins/write.ts';
import { readCursor } from '../services/page.ts';
import {
  eraseCompanyPeople,
  findCompany,
  listCompanies,
  registerCompany,
  updateCompany,
} from '../services/registry/companies.ts';
import type { App, RouteContext } from './context.ts';
import { describeRoute } from './describe-route.ts';
import {
  byId,
  ChangeHeader,
  closed,
  IdempotencyHeader,
  Name,
  nullable,
  PageQuery,
  pageOfSchema,
  Text,
} from './schemas/common.ts';
import { CompanySchema, CompanyState, CreditCode, PersonInput } from './schemas/registries.ts';
import { answerVersioned } from './versioned.ts';

const readers = ['platform', 'operator', 'supervisor', 'administrator'] as const;
const writers = ['operator', 'administrator'] as const;
const tag = '登记 Registries';
const Agents = Type.Array(PersonInput, { maxItems: 50, description: '经办人 / who acts for it' });

export function companyRoutes(app: App, { ports }: RouteContext): void {
  app.post(
    '/v1/companies',
    describeRoute(
      {
        operationId: 'registerCompany',
        tag,
        zh: '登记企业',
        en: 'Takes a company in. What identifies people is kept encrypted and shown by its ends.',
        access: writers,
        answer: [201, CompanySchema],
      },
      {
        headers: IdempotencyHeader,
        body: closed({
          creditCode: CreditCode,
          name: Name,
          legalPerson: Type.Optional(PersonInput),
          agents: Type.Optional(Agents),
        }),
      },
    ),
    async (request, reply) => {
      reply.code(201);
      return runWrite(ports, request, reply, (act) => registerCompany(ports, act, request.body));
    },
  );

  app.get(
    '/v1/companies',
    describeRoute(
      {
        operationId: 'listCompanies',
        tag,
        zh: '列出企业',
        en: 'Companies, oldest first; by code or by the beginning of the name.',
        access: readers,
        answer: [200, pageOfSchema(CompanySchema)],
      },
      {
        querystring: closed({
          ...PageQuery,
          creditCode: Type.Optional(CreditCode),
          name: Type.Optional(Text(120, '名称的开头 / beginning of the name')),
          state: Type.Optional(CompanyState),
        }),
      },
    ),
    async ({ query: { cursor, limit, ...filter } }) =>
      listCompanies(ports, { after: readCursor(cursor), limit: limit ?? 50 }, filter),
  );

  app.get(
    '/v1/companies/:id',
    describeRoute(
      {
        operationId: 'getCompany',
        tag,
        zh: '查询企业',
        en: 'One company.',
        access: readers,
        answer: [200, CompanySchema],
      },
      { params: byId('com') },
    ),
    async ({ params: { id } }, reply) =>
      answerVersioned(ports, reply, { registry: 'companies', recordId: id, part: 'record' }, () =>
        findCompany(ports, id),
      ),
  );

  app.patch(
    '/v1/companies/:id',
    describeRoute(
      {
        operationId: 'updateCompany',
        tag,
        zh: '变更企业',
        en: 'Changes a company; a new name ends the old one, which stays among its names.',
        access: writers,
        answer: [200, CompanySchema],
      },
      {
        headers: ChangeHeader,
        params: byId('com'),
        body: closed({
          name: Type.Optional(Name),
          state: Type.Optional(CompanyState),
          legalPerson: Type.Optional(nullable(PersonInput)),
          agents: Type.Optional(Agents),
        }),
      },
    ),
    async (request, reply) =>
      runWrite(ports, request, reply, (act) => updateCompany(ports, act, request.params.id, request.body)),
  );

  app.post(
    '/v1/companies/:id/erasure',
    describeRoute(
      {
        operationId: 'eraseCompanyPeople',
        tag,
        zh: '清除企业人员的个人信息',
        en: 'Erases what identifies the people of a company. The fact and its reason stay in the audit log.',
        access: ['administrator'],
        answer: [200, CompanySchema],
      },
      { headers: IdempotencyHeader, params: byId('com'), body: closed({ reason: Text(500, '理由 / reason') }) },
    ),
    async (request, reply) =>
      runWrite(ports, request, reply, (act) => eraseCompanyPeople(ports, act, request.params.id, request.body.reason)),
  );
}
