import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { refusePersonalNumbers } from '../src/services/refuse-personal-numbers.ts';
import { pem } from './support/pki.ts';
import { createTestService, type TestService } from './support/service.ts';

let service: TestService;
let ca: string;
beforeAll(async () => {
  service = await createTestService();
  ca = (await write('POST', '/v1/cas', { name: '甲 CA', anchors: [pem('sm2/root')] })).body.id;
});
afterAll(() => service.close());

const write = (method: string, url: string, body: object) =>
  service.call(method, url, { token: service.administrator, body });
const number = '11010519491231002X';
const mobile = '13800138000';

describe('the name of a thing that holds a number of a person is refused when it is written', () => {
  it.each<[string, string, () => [string, string, object]]>([
    ['a caller', '/name', () => ['POST', '/v1/callers', { name: `张三 ${mobile}`, role: 'vendor' }]],
    ['a CA', '/name', () => ['POST', '/v1/cas', { name: `乙 CA ${number}`, anchors: [pem('rsa/root')] }]],
    ['a changed CA', '/name', () => ['PATCH', `/v1/cas/${ca}`, { name: `甲 CA ${mobile}` }]],
    [
      'a medium',
      '/medium',
      () => ['POST', '/v1/certificates', { certificate: pem('sm2/leaf'), medium: `张三的 ${mobile}` }],
    ],
    [
      'a change set',
      '/title',
      () => [
        'POST',
        '/v1/change-sets',
        {
          title: `按 ${number} 的申请`,
          reason: 'x',
          operations: [{ kind: 'ca.register', name: '丙', anchors: [pem('rsa/root')] }],
        },
      ],
    ],
    [
      'what a change set makes',
      '/operations/0/name',
      () => [
        'POST',
        '/v1/change-sets',
        {
          title: 'x',
          reason: 'x',
          operations: [{ kind: 'ca.register', name: `丙 ${mobile}`, anchors: [pem('rsa/root')] }],
        },
      ],
    ],
  ])('%s', async (_what, field, request) => {
    const { status, body } = await write(...request());
    expect([status, body.error?.code, body.error?.params], JSON.stringify(body)).toEqual([
      ...[400, 'ERR_REQUEST_PERSONAL_NUMBER', { field }],
    ]);
    const stored = await service.database.stored();
    expect([number, mobile].filter((one) => stored.includes(one))).toEqual([]);
  });

  it('and a number of a project that is made of region, day and order is not: nobody so young has a part in this', () => {
    const title = '520100202611230001 号项目开标';
    expect(() => refusePersonalNumbers({ title })).not.toThrow();
    expect(() => refusePersonalNumbers({ title: `${title}，${mobile}` })).toFailWith('ERR_REQUEST_PERSONAL_NUMBER');
    expect(() => refusePersonalNumbers({ title: '520100200611230001 号项目开标' })).toFailWith(
      'ERR_REQUEST_PERSONAL_NUMBER',
    );
  });

  it('and other numbers are not', () => {
    for (const name of ['甲 CA 91330106MA2CFRGK1R', '第 20261123 号', 'UKey 0138001380001', '2026112304361234567890'])
      expect(() => refusePersonalNumbers({ name, title: name, list: [{ medium: name }] })).not.toThrow();
    for (const body of [
      null,
      1,
      'x',
      [mobile],
      { phone: mobile, value: number, reason: mobile, identifier: number, agents: [{ name: mobile }] },
    ])
      expect(() => refusePersonalNumbers(body)).not.toThrow();
  });
});
