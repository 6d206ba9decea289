import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { replayJudgement } from '../src/services/replay-judgement.ts';
import { pem } from './support/pki.ts';
import { replayEverything } from './support/replay.ts';
import { createTestService, type TestService } from './support/service.ts';

let service: TestService;
beforeEach(async () => {
  service = await createTestService();
  for (const leaf of ['sm2/leaf', 'rsa/leaf'])
    await service.call('POST', '/v1/certificates/validate', {
      token: service.administrator,
      body: {
        certificate: pem(leaf),
        intermediates: ['sm2/intermediate', 'rsa/intermediate'].map(pem),
        trustAnchors: [pem('sm2/root')],
      },
    });
});
afterEach(() => service.close());

const outcomes = async () => (await replayEverything(service)).map(({ replay }) => replay.outcome);

describe('a judgement made again from what was kept', () => {
  it('is the same while the evidence is whole', async () => {
    expect(await outcomes()).toEqual(['same', 'same']);
    const [passed, failed] = await replayEverything(service);
    expect(passed?.entry.outcome).toBe('passed');
    expect(failed?.entry.outcome).not.toBe('passed');
  });

  it('keeps each item once, however often it counted', async () => {
    const [before] = await service.database.sql('select count(*) as n from evidence_items');
    await service.call('POST', '/v1/certificates/validate', {
      token: service.administrator,
      body: {
        certificate: pem('sm2/leaf'),
        intermediates: ['sm2/intermediate', 'rsa/intermediate'].map(pem),
        trustAnchors: [pem('sm2/root')],
      },
    });
    const [after] = await service.database.sql('select count(*) as n from evidence_items');
    expect(Number(after?.n)).toBe(Number(before?.n));
    expect(Number(after?.n)).toBe(5);
  });

  it('says what it lacks when an item is gone', async () => {
    await service.database.sql('delete from evidence_items');
    for (const { replay } of await replayEverything(service))
      expect(replay).toMatchObject({ outcome: 'impossible', lacks: expect.stringMatching(/^sm3:[0-9a-f]{64}$/) });
  });

  it('says what was altered when an item was exchanged for another', async () => {
    await service.database.sql(
      'update evidence_items set bytes = (select bytes from evidence_items order by digest limit 1)',
    );
    expect(await outcomes()).toContain('altered');
  });

  it('differs when the log says another outcome', async () => {
    const [first] = await replayEverything(service);
    if (first === undefined) throw new Error('nothing was judged');
    const lie = { ...first.entry, outcome: 'failed', reason: 'ERR_PATH_EXPIRED' } as const;
    expect(await replayJudgement(service.ports, lie)).toEqual({
      outcome: 'different',
      indication: 'passed',
      reason: '',
    });
  });

  it('is not possible once the details are erased', async () => {
    await service.call('POST', '/v1/audit/erasures', {
      token: service.administrator,
      body: { sequences: [3], reason: '到期' },
    });
    expect((await replayEverything(service)).map(({ replay }) => replay)).toContainEqual({
      outcome: 'impossible',
      lacks: 'details',
    });
  });
});
