import { derPrintableString, oids } from '@onelock/core/asn1';
import { parseCertificate } from '@onelock/core/x509';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { extension, makeCertificate, name } from '../../core/test/support/test-ca.ts';
import { readIdentity } from '../src/services/registry/read-identity.ts';
import { derOf, makeLoginToken, pem, toBase64 } from './support/pki.ts';
import { createTestService, type TestService } from './support/service.ts';

const origin = 'https://bid.example.cn';
let service: TestService;
let operator: string;
let platform: string;
beforeAll(async () => {
  service = await createTestService();
  operator = await service.caller('operator');
  platform = await service.caller('platform', { origins: [origin] });
});
afterAll(() => service.close());

const post = (url: string, body: object, token = operator) => service.call('POST', url, { token, body });
const patch = (url: string, body: object, token = operator) => service.call('PATCH', url, { token, body });
const get = (url: string, token = operator) => service.call('GET', url, { token });

describe('companies', () => {
  const idNumber = '110101199003077571';
  const phone = '13800138000';

  it('are taken in by their code, in any way people write it', async () => {
    const made = await post('/v1/companies', { creditCode: '91350100m000100y43', name: '甲建设有限公司' });
    expect(made.status, JSON.stringify(made.body)).toBe(201);
    expect(made.body).toMatchObject({ creditCode: '91350100M000100Y43', state: 'active', version: 1, agents: [] });
    const again = await post('/v1/companies', { creditCode: '91350100M000100Y43', name: '乙' });
    expect(again.body.error).toMatchObject({ code: 'ERR_REQUEST_CONFLICT', params: { field: '/creditCode' } });
    const wrong = await post('/v1/companies', { creditCode: '91350100M000100Y44', name: '乙' });
    expect(wrong.body.error).toMatchObject({ code: 'ERR_REQUEST_INVALID', params: { rule: 'GB 32100-2015' } });
  });

  it('keep the names they had', async () => {
    const [company] = (await get('/v1/companies?creditCode=91350100M000100Y43')).body.items;
    service.advance(60_000);
    const renamed = await patch(`/v1/companies/${company.id}`, { name: '甲建设集团有限公司' });
    expect(renamed.body.names).toMatchObject([
      { name: '甲建设有限公司', until: expect.any(String) },
      { name: '甲建设集团有限公司', until: null },
    ]);
    expect(renamed.body.version).toBe(2);
    expect((await get(`/v1/companies?name=${encodeURIComponent('甲建设集团')}`)).body.items).toHaveLength(1);
    expect((await get(`/v1/companies?name=${encodeURIComponent('%')}`)).body.items).toHaveLength(0);
    const history = await get(`/v1/companies/${company.id}/history`);
    expect(history.body.items).toMatchObject([
      { version: 2, action: 'company.update', record: { name: '甲建设集团有限公司' } },
      { version: 1, action: 'company.register', record: { name: '甲建设有限公司' } },
    ]);
  });

  it('say in their history why they were changed, with numbers of people masked', async () => {
    const [company] = (await get('/v1/companies?creditCode=91350100M000100Y43')).body.items;
    const why = encodeURIComponent('营业执照变更，经办人 350102199003070118 来电');
    const changed = await service.call('PATCH', `/v1/companies/${company.id}`, {
      ...{ token: service.administrator, body: { name: '甲建设控股有限公司' }, headers: { 'onelock-reason': why } },
    });
    expect(changed.status, JSON.stringify(changed.body)).toBe(200);
    const [newest, before] = (await get(`/v1/companies/${company.id}/history`)).body.items;
    expect(newest.reason).toBe('营业执照变更，经办人 3501**********0118 来电');
    expect(before.reason).toBeNull();
  });

  it('keep names that follow one another within one millisecond', async () => {
    const made = await post('/v1/companies', { creditCode: '91520100MA6GX0X21E', name: '一' });
    expect(made.status, JSON.stringify(made.body)).toBe(201);
    await patch(`/v1/companies/${made.body.id}`, { name: '二' });
    const last = await patch(`/v1/companies/${made.body.id}`, { name: '三' });
    expect(last.status, JSON.stringify(last.body)).toBe(200);
    expect(last.body.names.map(({ name }: { name: string }) => name)).toEqual(['一', '二', '三']);
  });

  it('are taken in by a certificate whatever it carries for a name', async () => {
    const key = service.ports.ops.generateKeyPair({ kind: 'sm2' });
    const issuer = { name: name('another CA'), key };
    const code = extension(oids.organizationCode, false, derPrintableString('91520100MA6H5KU3XW'));
    for (const [serial, organization] of [
      [1, '甲\u0000乙\n公司'],
      [2, '长'.repeat(5_000)],
    ] as const) {
      const subject = name('x', [oids.organizationName, organization]);
      const certificate = makeCertificate({ subject, key, issuer, serial, extensions: [code] }, service.ports.ops);
      const made = await post('/v1/certificates', { certificate: toBase64(certificate.der) });
      expect(made.status, JSON.stringify(made.body)).toBe(201);
      const company = await get(`/v1/companies/${made.body.companyId}`);
      expect(company.body.name).toBe('甲\ufffd乙\ufffd公司');
    }
  });

  it('mask a number of a person that stands in the name', async () => {
    const made = await post('/v1/companies', {
      ...{ creditCode: '91520100MA6H5KU39Y', name: '丁公司', agents: [{ name: '王五 350102199003070118' }] },
    });
    expect(made.status, JSON.stringify(made.body)).toBe(201);
    expect(made.body.agents[0].name).toBe('王五 3501**********0118');
    expect(await service.database.stored()).not.toContain('350102199003070118');
  });

  it('show of their people the ends only, and keep the rest encrypted', async () => {
    const people = { name: '张三', identifier: idNumber, phone };
    const made = await post('/v1/companies', {
      creditCode: '91110000802100433B',
      name: '丙公司',
      legalPerson: people,
      agents: [people],
    });
    expect(made.status, JSON.stringify(made.body)).toBe(201);
    expect(made.body.legalPerson).toEqual({ name: '张三', identifier: '11**************71', phone: '13*******00' });
    const stored = await service.database.stored();
    expect(stored).not.toContain(idNumber);
    expect(stored).not.toContain(phone);
    const kept = await service.ports.store.companies.byId(made.body.id);
    const sealed = kept?.legalPerson?.identifier;
    expect(sealed && service.ports.personal.open(sealed, `${made.body.id} identifier`)).toBe(idNumber);
    // Moved to another record it opens no more.
    expect(() => sealed && service.ports.personal.open(sealed, 'com_other identifier')).toFailWith(
      'ERR_SERVICE_INTERNAL',
    );

    const reason = { reason: '当事人请求删除' };
    expect((await post(`/v1/companies/${made.body.id}/erasure`, reason)).status).toBe(403);
    const erased = await post(`/v1/companies/${made.body.id}/erasure`, reason, service.administrator);
    expect(erased.body.legalPerson).toEqual({ name: '张三', identifier: null, phone: null });
  });

  it.each([
    ['a vendor', 'vendor', 403],
    ['a supervisor', 'supervisor', 403],
  ] as const)('are not taken in by %s', async (_who, role, status) => {
    const token = await service.caller(role);
    expect((await post('/v1/companies', { creditCode: '91350100M000100Y43', name: 'x' }, token)).status).toBe(status);
  });
});

describe('certificates', () => {
  let id: string;

  it('are taken in with the company whose code they carry', async () => {
    const made = await post('/v1/certificates', { certificate: pem('sm2/leaf'), medium: 'USB' });
    expect(made.status, JSON.stringify(made.body)).toBe(201);
    expect(made.body).toMatchObject({ state: 'active', provenAt: null, proof: null, source: 'api', medium: 'USB' });
    ({ id } = made.body);
    const company = await get(`/v1/companies/${made.body.companyId}`);
    expect(company.body.creditCode).toMatch(/^[0-9A-Z]{18}$/);
    const whole = await get(`/v1/certificates/${id}`);
    expect(whole.body.der).toBe(toBase64(derOf('sm2/leaf')));
    expect((await get(`/v1/certificates?companyId=${made.body.companyId}`)).body.items).toHaveLength(1);
    expect((await get(`/v1/certificates?digest=${made.body.digest}`)).body.items).toHaveLength(1);
    expect((await get('/v1/certificates?expiresBefore=2020-01-01T00:00:00Z')).body.items).toHaveLength(0);
  });

  it('are there once', async () => {
    const again = await post('/v1/certificates', { certificate: pem('sm2/leaf') });
    expect(again.body.error).toMatchObject({ code: 'ERR_REQUEST_CONFLICT', params: { field: '/certificate' } });
  });

  it('are not given to a company whose code they do not carry', async () => {
    const [other] = (await get('/v1/companies?creditCode=91110000802100433B')).body.items;
    const made = await post('/v1/certificates', { certificate: pem('rsa/leaf'), companyId: other.id });
    expect(made.body.error).toMatchObject({ code: 'ERR_REQUEST_CONFLICT', params: { field: '/companyId' } });
    const moved = await patch(`/v1/certificates/${id}`, { companyId: other.id });
    expect(moved.body.error).toMatchObject({ code: 'ERR_REQUEST_CONFLICT', params: { field: '/companyId' } });
  });

  it('are bound by the first login with them, and by no later one', async () => {
    await post('/v1/cas', { name: 'sm2', anchors: [pem('sm2/root')], intermediates: [pem('sm2/intermediate')] });
    const login = async () => {
      const { body } = await post('/v1/challenges', { origin }, platform);
      const token = makeLoginToken(service.ports.ops, {
        ...{ certificate: 'sm2/leaf', key: 'sm2/leaf', origin },
        challenge: new Uint8Array(Buffer.from(body.challenge, 'base64')),
      });
      return (await post('/v1/logins', { token }, platform)).body;
    };
    const together = await Promise.all(Array.from({ length: 12 }, login));
    expect(together.map(({ indication }) => indication)).toEqual(together.map(() => 'passed'));
    await login();
    const { body } = await get(`/v1/certificates/${id}`);
    const first = together.find((one) => one.id === body.proof);
    expect(body).toMatchObject({ proof: first?.id, version: 2 });
    expect(body.provenAt >= first.createdAt).toBe(true);
    expect((await get(`/v1/certificates/${id}/history`)).body.items).toMatchObject([
      { action: 'certificate.prove' },
      { action: 'certificate.register' },
    ]);
  });
});

describe('seals', () => {
  it('belong to a company, are used with its certificates alone, and stay destroyed', async () => {
    const [certificate] = (await get('/v1/certificates')).body.items;
    const { companyId, digest } = certificate;
    const seal = { companyId, code: '5201000012345', name: '公章', kind: 'company' };
    const made = await post('/v1/seals', { ...seal, certificates: [digest], data: toBase64(Uint8Array.of(1, 2, 3)) });
    expect(made.status, JSON.stringify(made.body)).toBe(201);
    expect(made.body.dataDigest).toMatch(/^[0-9a-f]{64}$/);
    expect((await get(`/v1/seals/${made.body.id}`)).body.data).toBe('AQID');
    expect((await post('/v1/seals', seal)).body.error.params).toEqual({ field: '/code' });
    const foreign = await post('/v1/seals', { ...seal, code: '2', certificates: ['0'.repeat(64)] });
    expect(foreign.body.error.params).toEqual({ field: '/certificates/0' });
    expect((await patch(`/v1/seals/${made.body.id}`, { state: 'destroyed' })).body.state).toBe('destroyed');
    expect((await patch(`/v1/seals/${made.body.id}`, { state: 'active' })).status).toBe(409);
    expect((await get(`/v1/seals/${made.body.id}/history`)).body.items).toHaveLength(2);
  });
});

describe('profiles', () => {
  it('of a CA say whom to call and what it may do otherwise', async () => {
    const [ca] = (await get('/v1/cas')).body.items;
    const profile = {
      contacts: [{ name: '李四', duty: '值班', phone: '0851-12345678' }],
      serviceLevel: { availabilityPercent: 99.9, responseMinutes: 30, hours: '7×24' },
      identityPlaces: [{ source: 'subject-serial-number', in: 'subject', oids: ['2.5.4.5'], reading: 'whole' }],
      deviations: [],
      deviationRule: 'usual' as const,
    };
    const url = `/v1/cas/${ca.id}/profile`;
    expect((await get(url)).body.contacts).toEqual([]);
    const set = await service.call('PUT', url, { token: operator, body: profile });
    expect(set.body).toEqual(profile);
    expect((await get(url)).body).toEqual(profile);
    expect((await get(`/v1/cas/${ca.id}/history`)).body.items[0]).toMatchObject({ action: 'ca.set-profile' });
  });

  it('of a CA say where its certificates carry the company', async () => {
    const [ca] = (await get('/v1/cas')).body.items;
    const certificate = parseCertificate(derOf('sm2/leaf'));
    const sourceOf = async () => {
      const { trust, store } = service.ports;
      return (await readIdentity({ trust }, store, certificate)).unifiedSocialCreditCode?.source;
    };
    const set = (identityPlaces: object[]) =>
      service.call('PUT', `/v1/cas/${ca.id}/profile`, {
        token: operator,
        body: { contacts: [], serviceLevel: {}, identityPlaces, deviations: [] },
      });
    await set([]);
    expect(await sourceOf()).toBe('extension-organization-code');
    await set([{ source: 'subject-serial-number', in: 'subject', oids: ['2.5.4.5'], reading: 'whole' }]);
    expect(await sourceOf()).toBe('subject-serial-number');
    // There and nowhere else: what the applicant could choose is no company's code.
    await set([{ source: 'extension-of-authority', in: 'extension', oids: ['1.2.3.4'], reading: 'whole' }]);
    expect(await sourceOf()).toBeUndefined();
    await set([]);
    // Also where a CA stands in the registry twice and the other record says it.
    const again = await post('/v1/cas', { name: '又一次', anchors: ca.anchors.map(({ der }: { der: string }) => der) });
    const twice = await post('/v1/cas', {
      name: '再一次',
      anchors: [pem('sm2/root')],
      intermediates: [pem('sm2/intermediate')],
    });
    expect([again.status, twice.status]).toEqual([201, 201]);
    expect(await sourceOf()).toBe('extension-organization-code');
    await service.call('PUT', `/v1/cas/${twice.body.id}/profile`, {
      token: operator,
      body: {
        ...{ contacts: [], serviceLevel: {}, deviations: [] },
        identityPlaces: [{ source: 'extension-of-authority', in: 'extension', oids: ['1.2.3.4'], reading: 'whole' }],
      },
    });
    expect(await sourceOf()).toBeUndefined();
    for (const id of [again.body.id, twice.body.id]) await service.call('DELETE', `/v1/cas/${id}`, { token: operator });
  });

  it('of a platform are its own and the operators’; its quota counts at once', async () => {
    const { body: self } = await get('/v1/callers/self', platform);
    const url = `/v1/platforms/${self.id}/profile`;
    const other = await service.caller('platform', { origins: ['https://other.example.cn'] });
    expect((await get(url, other)).status).toBe(404);
    const { publicKey } = service.ports.ops.generateKeyPair({ kind: 'sm2' });
    const profile = {
      contacts: [],
      keys: [{ id: 'server-1', publicKey: toBase64(publicKey.spki) }],
      requestsPerMinute: 3,
      webhooks: [{ url: 'https://bid.example.cn/hooks', events: ['ca.changed'] }],
    };
    const put = (body: object) => service.call('PUT', url, { token: operator, body });
    expect((await put({ ...profile, keys: [{ id: 'x', publicKey: 'AAAA' }] })).status).toBe(400);
    expect((await put({ ...profile, webhooks: [{ url: 'file:///etc/passwd', events: [] }] })).status).toBe(422);
    expect((await put(profile)).body).toEqual({ ...profile, authentication: 'token', clientCertificates: [] });
    await expect.poll(async () => (await get(url, platform)).status).toBe(429);
    expect((await put({ ...profile, requestsPerMinute: null })).status).toBe(200);
    await expect.poll(async () => (await get(url, platform)).status).toBe(200);
  });
});
