import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { importAll } from './support/imports.ts';
import { pem } from './support/pki.ts';
import { createTestService, type TestService } from './support/service.ts';

let service: TestService;
let operator: string;
let creditCode: string;
beforeAll(async () => {
  service = await createTestService();
  operator = await service.caller('operator');
  const post = (url: string, body: object) => service.call('POST', url, { token: operator, body });
  const legalPerson = { name: '张三', identifier: '350102199003070118', phone: '13800000000' };
  const { body } = await post('/v1/certificates', { certificate: pem('sm2/leaf'), medium: 'UKey' });
  for (const name of ['=甲,"公司', '+乙公司']) {
    const url = `/v1/companies/${body.companyId}`;
    const changed = await service.call('PATCH', url, { token: operator, body: { name, legalPerson } });
    expect(changed.status, JSON.stringify(changed.body)).toBe(200);
    ({ creditCode } = changed.body);
  }
});
afterAll(() => service.close());

const taken = (url: string, token = operator) => service.call('GET', url, { token });

describe('an exported registry', () => {
  it('opens in a spreadsheet program, runs no formula, and shows nothing of people but their names', async () => {
    const { status, body, headers } = await taken('/v1/companies/export');
    expect([status, headers['content-type']]).toEqual([200, 'text/csv; charset=utf-8']);
    const [head, row, end] = String(body).split('\r\n');
    expect(head).toMatch(/^\ufeff统一社会信用代码,企业名称,状态,法定代表人,曾用名,/);
    expect(row).toContain(`${creditCode},'+乙公司,有效,张三,"`);
    expect(row).toContain('；=甲,""公司",');
    expect([end, body.includes('3501021990'), body.includes('138')]).toEqual(['', false, false]);
    const certificates = await taken('/v1/certificates/export?language=en');
    expect(certificates.body).toMatch(/^\ufeffcompany name,credit code,serial number,/);
    expect(certificates.body).toContain(`'+乙公司,${creditCode},`);
    expect(certificates.body).toContain('UKey,active,');
    expect((await taken('/v1/companies/export?state=closed')).body.split('\r\n')).toHaveLength(2);
    expect((await taken('/v1/certificates/export?state=retired')).body.split('\r\n')).toHaveLength(2);
  });

  it('is taken in again by an import', async () => {
    const { body } = await taken('/v1/companies/export');
    const done = await importAll(service, operator, Buffer.from(String(body)));
    expect(done.counts).toEqual({ 'company-known': 1 });
  });

  it('is for those who keep or watch the registries, and noted in the audit log', async () => {
    const platform = await service.caller('platform', { origins: ['https://bid.example.cn'] });
    expect((await taken('/v1/companies/export', platform)).status).toBe(403);
    const entries = await service.call('GET', '/v1/audit?action=registry.export&limit=200', {
      token: service.administrator,
    });
    expect(entries.body.items.map(({ target }: { target: string }) => target)).toContain('certificates');
    expect(entries.body.items[0]).toMatchObject({ outcome: 'done', role: 'operator' });
  });
});
