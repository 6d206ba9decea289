import { toBase64 } from '@onelock/core/bytes';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { EvidenceWorld } from './support/evidence-world.ts';

let world: EvidenceWorld;
beforeAll(async () => {
  world = await EvidenceWorld.create({ kind: 'sm2' });
});
afterAll(() => world.close());

const ask = (method: string, url: string, body?: object) =>
  world.service.call(method, url, { token: world.service.administrator, ...(body && { body }) });

it('a stock certificate that carries no code logs in as the company that the registry says, from its first use on', async () => {
  const leaf = world.leaf({ serial: 1 });
  expect((await world.login(leaf)).body.identity).toMatchObject({
    unifiedSocialCreditCode: null,
    registeredCompany: null,
  });

  const creditCode = '91350100M000100Y43';
  const company = (await ask('POST', '/v1/companies', { creditCode, name: '存量企业' })).body;
  const registered = await ask('POST', '/v1/certificates', {
    certificate: toBase64(leaf.der),
    companyId: company.id,
  });
  expect(registered.body.provenAt).toBeNull();
  const { body } = await world.login(leaf);
  expect(body).toMatchObject({
    indication: 'passed',
    identity: { registeredCompany: { id: company.id, creditCode, name: '存量企业' } },
  });
  expect((await ask('GET', `/v1/certificates/${registered.body.id}`)).body).toMatchObject({ proof: body.id });
  expect((await ask('GET', `/v1/logins/${body.id}`)).body.identity).toEqual(body.identity);
  const [entry] = (await world.audit('login.judge')).slice(-1);
  expect(entry.details.unifiedSocialCreditCode).toBe(creditCode);

  // Supervision watches companies, whatever their certificates say of themselves.
  const supervisor = await world.service.caller('supervisor');
  const watch = await ask('POST', '/v1/watchlist', {
    ...{ kind: 'company', value: creditCode, action: 'block', reason: '围标核查', evidence: '1号' },
    expiresAt: '2026-07-01T00:00:00Z',
  });
  const asSupervisor = (url: string, given: object) =>
    world.service.call('POST', `/v1/watchlist/${watch.body.id}/${url}`, { token: supervisor, body: given });
  const platform = await world.service.caller('platform', { origins: ['https://sign.example.cn'] });
  const validate = async (certificate = leaf) => {
    const judged = { token: platform, body: { certificate: toBase64(certificate.der) } };
    return (await world.service.call('POST', '/v1/certificates/validate', judged)).body.admission.decision;
  };
  expect(await validate()).toBe('admitted');
  await asSupervisor('decision', { decision: 'approve' });
  expect((await world.login(leaf)).body).toMatchObject({
    ...{ indication: 'failed', reason: { code: 'ERR_WATCHLIST_BLOCKED' }, identity: null },
  });
  expect(await validate()).toBe('blocked');
  // One that is bound to it while it is watched counts at once.
  const second = world.leaf({ serial: 2 });
  expect(await validate(second)).toBe('admitted');
  await ask('POST', '/v1/certificates', { certificate: toBase64(second.der), companyId: company.id });
  expect(await validate(second)).toBe('blocked');
  await asSupervisor('end', { reason: '核查完毕' });
  expect((await world.login(leaf)).body.indication).toBe('passed');

  await ask('PATCH', `/v1/companies/${company.id}`, { state: 'closed' });
  expect((await world.login(leaf)).body).toMatchObject({
    indication: 'failed',
    reason: { code: 'ERR_REGISTRY_COMPANY_CLOSED' },
    identity: null,
  });
});
