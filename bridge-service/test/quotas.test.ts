import { afterEach, beforeEach, expect, it } from 'vitest';
import { createTestService, type TestService } from './support/service.ts';

let service: TestService;
beforeEach(async () => {
  service = await createTestService();
});
afterEach(() => service.close());

async function platformWith(requestsPerMinute: number): Promise<string> {
  const made = await service.call('POST', '/v1/callers', {
    token: service.administrator,
    body: { name: 'p', role: 'platform' },
  });
  const body = { contacts: [], keys: [], requestsPerMinute, webhooks: [] };
  await service.call('PUT', `/v1/platforms/${made.body.id}/profile`, { token: service.administrator, body });
  return made.body.token;
}
const ask = (token: string, node = service) => node.call('GET', '/v1/callers/self', { token });

it('every answer says what is left of the minute, and the refusal when to come again', async () => {
  const token = await platformWith(3);
  const first = await ask(token);
  expect(first.headers).toMatchObject({ 'ratelimit-limit': '3', 'ratelimit-remaining': '2' });
  const reset = Number(first.headers['ratelimit-reset']);
  expect(reset > 0 && reset <= 60).toBe(true);
  let refused = first;
  await expect
    .poll(async () => {
      refused = await ask(token);
      return refused.status;
    })
    .toBe(429);
  expect(refused.body.error).toMatchObject({ code: 'ERR_SERVICE_RATE_LIMITED', retriable: true });
  expect(refused.headers).toMatchObject({ 'ratelimit-limit': '3', 'ratelimit-remaining': '0' });
  expect(Number(refused.headers['retry-after'])).toBeGreaterThan(0);
  expect((await ask(service.administrator)).status).toBe(200);
});

it('somebody without a credential is counted by address and told likewise', async () => {
  const answer = await service.call('GET', '/v1/cas');
  expect([answer.status, answer.headers['ratelimit-limit']]).toEqual([401, '300']);
});

it('whether it lives and is ready is told to an address that has nothing left, too', async () => {
  const busy = await createTestService({ anonymousRequestsPerMinute: 2 });
  try {
    const statuses = [];
    for (const url of ['/v1/keys', '/v1/keys', '/v1/keys', '/healthz', '/readyz'])
      statuses.push((await busy.call('GET', url)).status);
    expect(statuses).toEqual([200, 200, 429, 200, 200]);
  } finally {
    await busy.close();
  }
});
