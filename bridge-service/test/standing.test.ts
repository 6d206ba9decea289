import { fromBase64 } from '@onelock/core/bytes';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { makeLoginToken, pem } from './support/pki.ts';
import { replayEverything } from './support/replay.ts';
import { createTestService, type TestService } from './support/service.ts';

const origin = 'https://bid.example.cn';
let service: TestService;
let platform: string;
let certificate: { readonly id: string; readonly companyId: string };
beforeAll(async () => {
  service = await createTestService();
  platform = await service.caller('platform', { origins: [origin] });
  await call('POST', '/v1/cas', { name: 'sm2', anchors: [pem('sm2/root')], intermediates: [pem('sm2/intermediate')] });
  certificate = (await call('POST', '/v1/certificates', { certificate: pem('sm2/leaf') })).body;
});
afterAll(() => service.close());

const call = (method: string, url: string, body: object) =>
  service.call(method, url, { token: service.administrator, body });

async function logIn(name = 'sm2/leaf') {
  const { body } = await service.call('POST', '/v1/challenges', { token: platform, body: { origin } });
  const token = makeLoginToken(service.ports.ops, {
    ...{ certificate: name, key: name, origin },
    challenge: fromBase64(body.challenge),
  });
  return (await service.call('POST', '/v1/logins', { token: platform, body: { token } })).body;
}
const validate = async (token = platform) =>
  (await service.call('POST', '/v1/certificates/validate', { token, body: { certificate: pem('sm2/leaf') } })).body;

describe('a record that is out of use', () => {
  it.each([
    ...(['suspended', 'retired'] as const).map((state) => ({
      change: { url: 'certificates', state },
      code: 'ERR_REGISTRY_CERTIFICATE_INACTIVE',
    })),
    { change: { url: 'companies', state: 'closed' }, code: 'ERR_REGISTRY_COMPANY_CLOSED' },
  ])('keeps its holder out and admits nothing of it, until it is taken back: $change', async ({ change, code }) => {
    const address = `/v1/${change.url}/${change.url === 'companies' ? certificate.companyId : certificate.id}`;
    expect(await logIn()).toMatchObject({ indication: 'passed' });
    expect((await call('PATCH', address, { state: change.state })).status).toBe(200);

    expect(await logIn()).toMatchObject({ indication: 'failed', reason: { code }, identity: null });
    // What is true of the certificate stays true.
    expect(await validate()).toMatchObject({
      indication: 'passed',
      admission: { decision: 'blocked', reason: { code } },
    });
    expect(await validate(await service.caller('vendor'))).not.toHaveProperty('admission');

    expect((await call('PATCH', address, { state: 'active' })).status).toBe(200);
    expect(await logIn()).toMatchObject({ indication: 'passed' });
    expect((await validate()).admission).toEqual({ decision: 'admitted' });
  });

  it('leaves the others alone, and is judged alike when the judgement is replayed', async () => {
    await call('PATCH', `/v1/certificates/${certificate.id}`, { state: 'suspended' });
    expect(await logIn('sm2/person')).toMatchObject({ indication: 'passed' });
    const replays = await replayEverything(service);
    expect(replays.length).toBeGreaterThan(10);
    for (const { entry, replay } of replays) expect(replay, entry.action).toMatchObject({ outcome: 'same' });
  });

  it('counts on a node that heard nothing, within a second or so', async () => {
    await call('PATCH', `/v1/certificates/${certificate.id}`, { state: 'active' });
    await service.database.sql(`update certificates set state = 'suspended'`);
    await service.database.sql(`update registry_state set version = version + 1 where name = 'watchlist'`);
    await expect.poll(async () => (await logIn()).indication).toBe('failed');
  });
});
