import { expect, it } from 'vitest';
import { createTestService } from './support/service.ts';

it('two nodes on one database together allow a platform its quota and no more', async () => {
  const first = await createTestService();
  const second = await createTestService({}, first.ports.clock(), first);
  try {
    const made = await first.call('POST', '/v1/callers', {
      token: first.administrator,
      body: { name: 'p', role: 'platform' },
    });
    const body = { contacts: [], keys: [], requestsPerMinute: 40, webhooks: [] };
    await first.call('PUT', `/v1/platforms/${made.body.id}/profile`, { token: first.administrator, body });
    await second.ports.platforms.current();
    await expect
      .poll(async () => (await second.ports.platforms.current()).of(made.body.id)?.requestsPerMinute)
      .toBe(40);
    // A minute may end meanwhile: two of them allow at most twice as much.
    const minute = () => Math.floor(Date.now() / 60_000);
    const begun = minute();
    const asked = Array.from({ length: 120 }, (_one, index) =>
      (index % 2 === 0 ? first : second).call('GET', '/v1/callers/self', { token: made.body.token }),
    );
    const allowed = (await Promise.all(asked)).filter(({ status }) => status === 200).length;
    expect(allowed).toBeGreaterThanOrEqual(40);
    expect(allowed).toBeLessThanOrEqual(40 * (minute() - begun + 1));
  } finally {
    await second.close();
    await first.close();
  }
});
