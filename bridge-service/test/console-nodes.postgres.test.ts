import { fromBase64 } from '@onelock/core/bytes';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { makeLoginToken, pem } from './support/pki.ts';
import { createTestService, type TestService } from './support/service.ts';

const origin = 'http://127.0.0.1:18960';
const page = { origin, 'x-onelock-console': '1' };
let first: TestService;
let second: TestService;

beforeAll(async () => {
  const at = new Date('2026-06-01T00:00:00Z');
  first = await createTestService({}, at);
  second = await createTestService({}, at, first);
});
afterAll(async () => {
  await second?.close();
  await first?.close();
});

it('honours a session of the console on every node, and its end at once', async () => {
  const { administrator: token } = first;
  await first.call('POST', '/v1/cas', {
    ...{ token, body: { name: 'SM2', anchors: [pem('sm2/root')], intermediates: [pem('sm2/intermediate')] } },
  });
  const { body: user } = await first.call('POST', '/v1/console-users', {
    ...{ token, body: { name: '张三', role: 'operator', key: { certificate: pem('sm2/leaf'), kind: 'certificate' } } },
  });
  // Asked of one node, answered to the other.
  const { body: asked } = await first.call('POST', '/v1/console/challenges', { headers: page });
  const challenge = fromBase64(asked.challenge);
  const login = makeLoginToken(first.ports.ops, { certificate: 'sm2/leaf', key: 'sm2/leaf', origin, challenge });
  const entered = await second.call('POST', '/v1/console/sessions', { headers: page, body: { token: login } });
  expect(entered.body.entered?.user.id, JSON.stringify(entered.body)).toBe(user.id);
  const cookie = String(entered.headers['set-cookie']).split(';')[0] ?? '';
  const session = (node: TestService) =>
    node.call('GET', '/v1/console/session', { headers: { ...page, cookie } }).then(({ status }) => status);
  expect([await session(first), await session(second)]).toEqual([200, 200]);
  await first.call('DELETE', `/v1/console-users/${user.id}`, { token });
  expect([await session(second), await session(first)]).toEqual([401, 401]);
});
