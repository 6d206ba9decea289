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

  await ask('PATCH', `/v1/companies/${company.id}`, { state: 'closed' });
  expect((await world.login(leaf)).body).toMatchObject({
    indication: 'failed',
    reason: { code: 'ERR_REGISTRY_COMPANY_CLOSED' },
    identity: null,
  });
});
