import { Readable } from 'node:stream';
import type { Locale } from '@onelock/core/messages';
import Type from 'typebox';
import { negotiateLocale } from '../plugins/locale.ts';
import { actOf } from '../plugins/write.ts';
import { comparableSerialNumber } from '../services/registry/certificates.ts';
import { readCreditCode } from '../services/registry/companies.ts';
import { exportCertificates, exportCompanies, noteExport } from '../services/registry/export.ts';
import type { App, RouteContext } from './context.ts';
import { describeRoute } from './describe-route.ts';
import { closed, Instant, oneOf, recordId, Text } from './schemas/common.ts';
import { CertificateState, CompanyState, CreditCode } from './schemas/registries.ts';

const readers = ['operator', 'supervisor', 'administrator'] as const;
const language = Type.Optional(oneOf(['zh-CN', 'en'], '语言 / language'));
const Csv = Type.Unsafe<Readable>({
  description: '带字节序标记的 CSV / CSV with a byte order mark',
  content: { 'text/csv': { schema: { type: 'string' } } },
});

interface Reply {
  header(name: string, value: string): Reply;
  type(type: string): Reply;
  send(payload: Readable): unknown;
}

function sendCsv(reply: Reply, registry: string, lines: AsyncGenerator<string>): unknown {
  reply.header('content-disposition', `attachment; filename="${registry}.csv"`).type('text/csv; charset=utf-8');
  return reply.send(Readable.from(lines));
}

const localeOf = (asked: Locale | undefined, header: string | undefined): Locale => asked ?? negotiateLocale(header);

/** Whole registries, or a part of them, for a spreadsheet. */
export function registryExportRoutes(app: App, { ports }: RouteContext): void {
  app.get(
    '/v1/companies/export',
    describeRoute(
      {
        operationId: 'exportCompanies',
        tag: '登记 Registries',
        zh: '导出企业登记（CSV）',
        en: 'Companies as CSV, which an import takes in again. Who exports what is noted in the audit log.',
        access: readers,
        answer: [200, Csv],
      },
      {
        querystring: closed({
          ...{ language, creditCode: Type.Optional(CreditCode), state: Type.Optional(CompanyState) },
          name: Type.Optional(Text(120, '名称的开头 / beginning of the name')),
        }),
      },
    ),
    async (request, reply) => {
      const { language: asked, ...given } = request.query;
      const code = given.creditCode;
      const filter = { ...given, ...(code !== undefined && { creditCode: readCreditCode(code, '?creditCode') }) };
      await noteExport(ports, actOf(ports, request), 'companies', filter);
      const locale = localeOf(asked, request.headers['accept-language']);
      return sendCsv(reply, 'companies', exportCompanies(ports, filter, locale));
    },
  );

  app.get(
    '/v1/certificates/export',
    describeRoute(
      {
        operationId: 'exportCertificates',
        tag: '登记 Registries',
        zh: '导出证书登记（CSV）',
        en: 'Registered certificates with their companies as CSV. Who exports what is noted in the audit log.',
        access: readers,
        answer: [200, Csv],
      },
      {
        querystring: closed({
          ...{ language, companyId: Type.Optional(recordId('com')), state: Type.Optional(CertificateState) },
          expiresBefore: Type.Optional(Instant),
          serialNumber: Type.Optional(Type.String({ pattern: '^-?(0[xX])?[0-9a-fA-F][0-9a-fA-F: ]{0,199}$' })),
        }),
      },
    ),
    async (request, reply) => {
      const { language: asked, serialNumber: typed, ...given } = request.query;
      const filter = { ...given, ...(typed !== undefined && { serialNumber: comparableSerialNumber(typed) }) };
      await noteExport(ports, actOf(ports, request), 'certificates', filter);
      const locale = localeOf(asked, request.headers['accept-language']);
      return sendCsv(reply, 'certificates', exportCertificates(ports, filter, locale));
    },
  );
}
