import { fromBase64 } from '@onelock/core/bytes';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { cleanUp } from '../src/jobs/housekeeping.ts';
import { makeLoginToken, pem } from './support/pki.ts';
import { createTestService, type TestService } from './support/service.ts';

const origin = 'https://bid.example.cn';
const day = 86_400_000;
let service: TestService;
beforeEach(async () => {
  service = await createTestService({ auditPayloadRetentionDays: 30 });
});
afterEach(() => service.close());

it('log-ins, which name people, end with the retention of the details that say the same', async () => {
  const platform = await service.caller('platform', { origins: [origin] });
  await service.call('POST', '/v1/cas', {
    token: service.administrator,
    body: { name: 'sm2', anchors: [pem('sm2/root')], intermediates: [pem('sm2/intermediate')] },
  });
  const { body } = await service.call('POST', '/v1/challenges', { token: platform, body: { origin } });
  const challenge = fromBase64(body.challenge);
  const token = makeLoginToken(service.ports.ops, { certificate: 'sm2/leaf', key: 'sm2/leaf', origin, challenge });
  const login = await service.call('POST', '/v1/logins', { token: platform, body: { token } });
  expect(login.body.identity).not.toBeNull();
  service.advance(29 * day);
  expect((await cleanUp(service.ports)).logins).toBe(0);
  service.advance(2 * day);
  expect((await cleanUp(service.ports)).logins).toBe(1);
  expect((await service.call('GET', `/v1/logins/${login.body.id}`, { token: platform })).status).toBe(404);
});

it('a clock that was set is told to whoever watches the metrics, with or without stamps', async () => {
  const inDoubt = async () =>
    /onelock_clock_in_doubt\{reason="stepped"\} (\d)/.exec((await service.call('GET', '/metrics')).body)?.[1];
  expect(await inDoubt()).toBe('0');
  service.setClock(new Date(service.ports.clock().getTime() + 3_600_000));
  expect(await inDoubt()).toBe('1');
});
