import { Readable } from 'node:stream';
import { CodedError } from '@onelock/core/errors';
import Type from 'typebox';
import { negotiateLocale } from '../plugins/locale.ts';
import { actOf, runWrite } from '../plugins/write.ts';
import { cancelImport, changeImportSettings, pauseImport, startImport } from '../services/imports/control.ts';
import { decideConflicts, mostDecided } from '../services/imports/decide.ts';
import { findImport, listImports } from '../services/imports/job.ts';
import { csvReport, jsonReport } from '../services/imports/report.ts';
import { listImportConflicts, listImportRows } from '../services/imports/rows.ts';
import { createImport, largestPart, receivePart } from '../services/imports/upload.ts';
import { readCursor, readNumberCursor } from '../services/page.ts';
import type { App, RouteContext } from './context.ts';
import { describeRoute } from './describe-route.ts';
import { streamImport } from './import-stream.ts';
import { byId, closed, IdempotencyHeader, oneOf, PageQuery, pageOfSchema, recordId, Text } from './schemas/common.ts';
import {
  ConflictSchema,
  DecisionSchema,
  FateSchema,
  FindingSchema,
  ImportRowSchema,
  ImportSchema,
  ImportStateSchema,
  PolicySchema,
  SettingsChange,
} from './schemas/imports.ts';
import { CreditCode } from './schemas/registries.ts';

const keepers = ['operator', 'administrator'] as const;
const tag = '登记 Registries';
const bytesType = 'application/octet-stream';
const params = byId('imp');

/** The import of the stock of certificates and companies. */
export function importRoutes(app: App, context: RouteContext): void {
  uploadRoutes(app, context);
  controlRoutes(app, context);
  rowRoutes(app, context);
  streamImport(app, context);
}

function uploadRoutes(app: App, { ports, config }: RouteContext): void {
  app.post(
    '/v1/imports',
    describeRoute(
      {
        operationId: 'createImport',
        tag,
        zh: '新建存量导入',
        en: `Announces a file of certificates or companies (CSV, XLSX, PEM, PKCS#7, DER, ZIP). Its content follows in pieces of at most ${largestPart} bytes.`,
        access: keepers,
        answer: [201, ImportSchema],
      },
      {
        headers: IdempotencyHeader,
        body: closed({
          name: Text(200, '文件名，供人辨认 / name of the file, for people'),
          size: Type.Integer({ minimum: 1, maximum: 2 ** 40, description: '字节数 / bytes' }),
          sha256: Type.String({
            pattern: '^[0-9a-f]{64}$',
            description: '整个文件的 SHA-256 / SHA-256 of the whole file',
          }),
          settings: Type.Optional(SettingsChange),
        }),
      },
    ),
    async (request, reply) => {
      reply.code(201);
      return runWrite(ports, request, reply, (act) => createImport(ports, act, request.body, config.importLimitBytes));
    },
  );

  // In a scope of its own: no other route takes these bytes.
  app.register(async (scope) => {
    scope.removeAllContentTypeParsers();
    scope.addContentTypeParser(bytesType, { parseAs: 'buffer', bodyLimit: largestPart }, (_request, body, done) => {
      done(null, body);
    });
    (scope as unknown as App).put(
      '/v1/imports/:id/content',
      describeRoute(
        {
          operationId: 'uploadImportPart',
          tag,
          zh: '上传一段内容',
          en: 'Takes the next piece of the content (application/octet-stream). A piece sent again changes nothing; after a break go on at `received`. With the last one the check begins.',
          access: keepers,
          answer: [200, ImportSchema],
        },
        {
          params,
          querystring: closed({
            offset: Type.Integer({
              minimum: 0,
              maximum: 2 ** 40,
              description: '这一段的起点（字节）/ where it begins, in bytes',
            }),
          }),
        },
      ),
      async (request) => {
        const { body } = request as { readonly body: unknown };
        if (!Buffer.isBuffer(body) || body.length === 0)
          throw new CodedError('ERR_REQUEST_INVALID', { field: 'body', rule: bytesType });
        return receivePart(ports, actOf(ports, request), request.params.id, request.query.offset, body);
      },
    );
  });
}

function controlRoutes(app: App, { ports }: RouteContext): void {
  app.get(
    '/v1/imports',
    describeRoute(
      {
        operationId: 'listImports',
        tag,
        zh: '列出存量导入',
        en: 'Imports, newest first.',
        access: keepers,
        answer: [200, pageOfSchema(ImportSchema)],
      },
      { querystring: closed({ ...PageQuery, state: Type.Optional(ImportStateSchema) }) },
    ),
    async ({ query }) => listImports(ports, { after: readCursor(query.cursor), limit: query.limit ?? 50 }, query.state),
  );

  app.get(
    '/v1/imports/:id',
    describeRoute(
      {
        operationId: 'getImport',
        tag,
        zh: '查询存量导入',
        en: 'One import: how far it is, what the check found, what became of its rows. Its progress is also a stream of events at `events` below it.',
        access: keepers,
        answer: [200, ImportSchema],
      },
      { params },
    ),
    async (request) => findImport(ports, request.params.id),
  );

  app.patch(
    '/v1/imports/:id/settings',
    describeRoute(
      {
        operationId: 'changeImportSettings',
        tag,
        zh: '更改读取方式与列对应关系',
        en: 'Changes how the content is read (columns, encoding, sheet, policy) before it is started, and checks it anew.',
        access: keepers,
        answer: [200, ImportSchema],
      },
      { headers: IdempotencyHeader, params, body: SettingsChange },
    ),
    async (request, reply) =>
      runWrite(ports, request, reply, (act) => changeImportSettings(ports, act, request.params.id, request.body)),
  );

  app.post(
    '/v1/imports/:id/start',
    describeRoute(
      {
        operationId: 'startImport',
        tag,
        zh: '开始或继续导入',
        en: 'Starts an import that was checked, or lets a paused one go on where it stopped.',
        access: keepers,
        answer: [200, ImportSchema],
      },
      { headers: IdempotencyHeader, params, body: closed({ policy: Type.Optional(PolicySchema) }) },
    ),
    async (request, reply) =>
      runWrite(ports, request, reply, (act) => startImport(ports, act, request.params.id, request.body.policy)),
  );

  const acts = [
    ['pause', 'pauseImport', '暂停导入', 'Pauses an import after the batch that is being written.', pauseImport],
    [
      'cancel',
      'cancelImport',
      '取消导入',
      'Ends an import where it is: what was imported stays, what was uploaded is erased.',
      cancelImport,
    ],
  ] as const;
  for (const [word, operationId, zh, en, act] of acts)
    app.post(
      `/v1/imports/:id/${word}`,
      describeRoute(
        { ...{ operationId, tag, zh, en, access: keepers }, answer: [200, ImportSchema] },
        { headers: IdempotencyHeader, params },
      ),
      async (request, reply) => runWrite(ports, request, reply, (acting) => act(ports, acting, request.params.id)),
    );
}

function rowRoutes(app: App, { ports }: RouteContext): void {
  app.get(
    '/v1/imports/:id/rows',
    describeRoute(
      {
        operationId: 'listImportRows',
        tag,
        zh: '列出每一行的结果',
        en: 'The fate of each row.',
        access: keepers,
        answer: [200, pageOfSchema(ImportRowSchema)],
      },
      { params, querystring: closed({ ...PageQuery, fate: Type.Optional(FateSchema) }) },
    ),
    async ({ params: { id }, query }) =>
      listImportRows(ports, id, { after: readNumberCursor(query.cursor), limit: query.limit ?? 50 }, query.fate),
  );

  app.get(
    '/v1/imports/:id/conflicts',
    describeRoute(
      {
        operationId: 'listImportConflicts',
        tag,
        zh: '列出待人工处理的行',
        en: 'Rows that wait for a decision, with what may be decided.',
        access: keepers,
        answer: [200, pageOfSchema(ConflictSchema)],
      },
      { params, querystring: closed({ ...PageQuery, finding: Type.Optional(FindingSchema) }) },
    ),
    async ({ params: { id }, query }) =>
      listImportConflicts(
        ports,
        id,
        { after: readNumberCursor(query.cursor), limit: query.limit ?? 50 },
        query.finding,
      ),
  );

  app.post(
    '/v1/imports/:id/decisions',
    describeRoute(
      {
        operationId: 'decideImportConflicts',
        tag,
        zh: '处理冲突',
        en: `Decides about rows that wait: these rows, or as many as go at once (${mostDecided}) of those with one finding. All of them or none.`,
        access: keepers,
        answer: [200, closed({ decided: Type.Integer({ minimum: 0 }), openConflicts: Type.Integer({ minimum: 0 }) })],
      },
      {
        headers: IdempotencyHeader,
        params,
        body: closed({
          decision: DecisionSchema,
          rows: Type.Optional(
            Type.Array(Type.Integer({ minimum: 1, maximum: 2 ** 40 }), { minItems: 1, maxItems: mostDecided }),
          ),
          finding: Type.Optional(FindingSchema),
          companyId: Type.Optional(recordId('com')),
          company: Type.Optional(closed({ creditCode: CreditCode, name: Text(120, '企业名称 / name of the company') })),
          reason: Type.Optional(Text(500, '理由 / reason')),
        }),
      },
    ),
    async (request, reply) =>
      runWrite(ports, request, reply, (act) => decideConflicts(ports, act, request.params.id, request.body)),
  );

  app.get(
    '/v1/imports/:id/report',
    describeRoute(
      {
        operationId: 'getImportReport',
        tag,
        zh: '下载导入报告',
        en: 'The fate of every row: CSV with a byte order mark in the language of Accept-Language (or `language`), or JSON with the digests that stand in the audit log.',
        access: keepers,
        answer: [
          200,
          Type.Unsafe<Readable>({
            description: '报告 / report',
            content: {
              'text/csv': { schema: { type: 'string' } },
              'application/json': { schema: { type: 'object', additionalProperties: true } },
            },
          }),
        ],
      },
      {
        params,
        querystring: closed({
          format: Type.Optional(oneOf(['csv', 'json'], '格式，默认 csv / format, csv by default')),
          language: Type.Optional(oneOf(['zh-CN', 'en'], '语言 / language')),
        }),
      },
    ),
    async (request, reply) => {
      const { id } = request.params;
      const { format = 'csv', language } = request.query;
      await findImport(ports, id);
      const locale = language ?? negotiateLocale(request.headers['accept-language']);
      reply.header('content-disposition', `attachment; filename="${id}.${format}"`);
      reply.type(format === 'csv' ? 'text/csv; charset=utf-8' : 'application/json; charset=utf-8');
      return reply.send(Readable.from(format === 'csv' ? csvReport(ports, id, locale) : jsonReport(ports, id)));
    },
  );
}
