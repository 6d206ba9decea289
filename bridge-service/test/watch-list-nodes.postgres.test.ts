import { fromBase64 } from '@onelock/core/bytes';
import { expect, it } from 'vitest';
import { derOf, makeLoginToken, pem } from './support/pki.ts';
import { createTestService } from './support/service.ts';

const origin = 'https://bid.example.cn';

it('an entry approved on one node counts at once on the other, whose hits the first one is told of', async () => {
  const first = await createTestService();
  const second = await createTestService({}, first.ports.clock(), first);
  try {
    const platform = await first.caller('platform', { origins: [origin] });
    const supervisor = await first.caller('supervisor');
    const operator = await first.caller('operator');
    await first.call('POST', '/v1/cas', {
      token: first.administrator,
      body: { name: 'sm2', anchors: [pem('sm2/root')], intermediates: [pem('sm2/intermediate')] },
    });
    const value = Buffer.from(first.ports.ops.digest('sm3', derOf('sm2/leaf'))).toString('hex');
    const proposed = await first.call('POST', '/v1/watchlist', {
      token: operator,
      body: {
        ...{ kind: 'certificate', value, action: 'block', reason: '遗失', evidence: '报案回执 7 号' },
        expiresAt: '2026-07-01T00:00:00Z',
      },
    });
    const told: number[] = [];
    first.ports.store.subscribe('supervision.told', ({ sequence }) => told.push(sequence));
    await first.call('POST', `/v1/watchlist/${proposed.body.id}/decision`, {
      token: supervisor,
      body: { decision: 'approve' },
    });

    const opened = await second.call('POST', '/v1/challenges', { token: platform, body: { origin } });
    const challenge = fromBase64(opened.body.challenge);
    const token = makeLoginToken(second.ports.ops, { certificate: 'sm2/leaf', key: 'sm2/leaf', origin, challenge });
    const login = await second.call('POST', '/v1/logins', { token: platform, body: { token } });
    expect(login.body).toMatchObject({ indication: 'failed', reason: { code: 'ERR_WATCHLIST_BLOCKED' } });
    const asked = { token: platform, body: { certificate: pem('sm2/leaf') } };
    await expect
      .poll(async () => (await second.call('POST', '/v1/certificates/validate', asked)).body.admission.decision)
      .toBe('blocked');
    await expect.poll(() => told).toEqual(expect.arrayContaining([1, 2]));
  } finally {
    await second.close();
    await first.close();
  }
});
