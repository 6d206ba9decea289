import { toBase64 } from '@onelock/core/bytes';
import { computeZa } from '@onelock/core/crypto';
import { subjectIdentity } from '@onelock/core/identity';
import { parseCertificate } from '@onelock/core/x509';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { derOf, pem, testKey } from './support/pki.ts';
import { replayEverything } from './support/replay.ts';
import { createTestService, type TestService } from './support/service.ts';

const origin = 'https://bid.example.cn';
const content = new TextEncoder().encode('投标文件');
let service: TestService;
let platform: string;
let supervisor: string;

beforeEach(async () => {
  service = await createTestService();
  platform = await service.caller('platform', { origins: [origin] });
  supervisor = await service.caller('supervisor');
  await service.call('POST', '/v1/cas', {
    token: service.administrator,
    body: { name: 'sm2', anchors: [pem('sm2/root')], intermediates: [pem('sm2/intermediate')] },
  });
});
afterEach(() => service.close());

const companyOf = (name: string): string =>
  subjectIdentity(parseCertificate(derOf(name))).unifiedSocialCreditCode?.value ?? '';
const digestOf = (name: string): string => Buffer.from(service.ports.ops.digest('sm3', derOf(name))).toString('hex');

async function watch(more: object): Promise<string> {
  const proposed = await service.call('POST', '/v1/watchlist', {
    token: service.administrator,
    body: {
      ...{ kind: 'certificate', value: digestOf('sm2/leaf'), action: 'block', reason: '围标调查' },
      ...{ evidence: '〔2026〕12 号', expiresAt: '2026-07-01T00:00:00Z', ...more },
    },
  });
  expect(proposed.status, JSON.stringify(proposed.body)).toBe(201);
  const { id } = proposed.body;
  await service.call('POST', `/v1/watchlist/${id}/decision`, { token: supervisor, body: { decision: 'approve' } });
  return id;
}
const validate = async (more: object = {}, token = platform) =>
  (await service.call('POST', '/v1/certificates/validate', { token, body: { certificate: pem('sm2/leaf'), ...more } }))
    .body;
const rawSignature = (name = 'sm2/leaf'): string => {
  const userId = new TextEncoder().encode('1234567812345678');
  return toBase64(service.ports.ops.sign(testKey(name), { kind: 'sm2-sm3', userId }, content));
};
const verify = async (more: object = {}) =>
  (
    await service.call('POST', '/v1/signatures/verify', {
      token: platform,
      body: {
        ...{ kind: 'raw', content: toBase64(content), signature: rawSignature(), certificate: pem('sm2/leaf') },
        ...more,
      },
    })
  ).body;
const events = async () => (await service.call('GET', '/v1/events', { token: supervisor })).body.events;

describe('a judgement says what is true, and its admission whether it may be acted on', () => {
  it('admits what has passed when nothing is watched, and refuses what has not', async () => {
    expect(await validate()).toMatchObject({ indication: 'passed', admission: { decision: 'admitted' } });
    const forged = await verify({ content: toBase64(new Uint8Array([1])) });
    expect(forged.admission).toEqual({ decision: 'refused', reason: forged.reason });
    expect(await events()).toEqual([]);
  });

  it.each([
    ['a certificate', () => ({}), {}],
    ['a company', () => ({ kind: 'company', value: companyOf('sm2/leaf') }), {}],
    ['a key', () => ({ kind: 'key-serial', value: 'ab 12' }), { context: { deviceSerial: 'AB12' } }],
    ['a machine', () => ({ kind: 'machine', value: 'm-77' }), { context: { machine: 'M-77' } }],
  ])('blocks %s at use while the verdict stays passed, and tells supervision', async (_what, entry, more) => {
    const id = await watch(entry());
    const blocked = { decision: 'blocked', reason: { code: 'ERR_WATCHLIST_BLOCKED', params: { entry: id } } };
    expect(await validate(more)).toMatchObject({ indication: 'passed', admission: blocked });
    expect(await verify(more)).toMatchObject({ indication: 'passed', admission: blocked });
    expect(await events()).toMatchObject([
      { data: { entry: id, use: 'certificate.validate', action: 'block', indication: 'passed' } },
      { data: { entry: id, use: 'signature.verify', action: 'block', indication: 'passed' } },
    ]);
  });

  it('steps up until somebody vouches, and an alert is not told to the one who asks', async () => {
    const id = await watch({ action: 'step-up' });
    expect((await validate()).admission).toMatchObject({
      decision: 'step-up',
      reason: { code: 'ERR_WATCHLIST_STEP_UP' },
    });
    await service.call('POST', `/v1/watchlist/${id}/clearance`, { token: supervisor });
    expect((await validate()).admission).toEqual({ decision: 'admitted' });
    expect((await events()).map(({ data }: { data: { action: string } }) => data.action)).toEqual(['step-up', 'alert']);
  });

  it('holds for digests, for each of a batch, and in the words and the signature of a report', async () => {
    const id = await watch({});
    const { ops } = service.ports;
    const key = parseCertificate(derOf('sm2/leaf')).publicKey;
    if (key.kind !== 'sm2') throw new Error('the leaf has no SM2 key');
    const za = computeZa(ops, key.point, new TextEncoder().encode('1234567812345678'));
    const digest = { algorithm: 'sm3', value: toBase64(ops.digest('sm3', za, content)) };
    const byDigest = await verify({ kind: 'digest', content: undefined, digest });
    expect(byDigest).toMatchObject({ indication: 'passed', admission: { decision: 'blocked' } });
    const batch = await service.call('POST', '/v1/judgements/batch', {
      token: platform,
      body: {
        items: [
          { kind: 'certificate', certificate: pem('sm2/leaf'), explain: 'simple', language: 'en' },
          { kind: 'certificate', certificate: pem('sm2/person') },
        ],
      },
    });
    const [first, second] = String(batch.body)
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line).answer);
    expect(first.admission.decision).toBe('blocked');
    expect(first.explanation.reasons).toContainEqual(expect.objectContaining({ about: 'admission' }));
    expect(second.admission.decision).toBe('admitted');
    expect((await events()).map(({ data }: { data: { entry: string } }) => data.entry)).toEqual([id, id]);
  });

  it('takes nothing for a use of somebody who was not shown to have signed', async () => {
    await watch({});
    const forged = await verify({ signature: rawSignature('sm2/person') });
    expect(forged).toMatchObject({ indication: 'failed', admission: { decision: 'refused' } });
    expect(await events()).toEqual([]);
  });

  it('tells agents and vendors nothing of the list, and does not count their questions', async () => {
    await watch({});
    for (const role of ['agent', 'vendor'] as const)
      expect((await validate({}, await service.caller(role))).admission).toBeUndefined();
    expect(await events()).toEqual([]);
  });

  it('ends with the entry, and is replayed to the verdict that was given', async () => {
    const id = await watch({ expiresAt: '2026-06-02T00:00:00Z' });
    expect((await validate()).admission.decision).toBe('blocked');
    service.advance(86_400_000);
    expect((await validate()).admission.decision).toBe('admitted');
    const again = await watch({});
    await service.call('POST', `/v1/watchlist/${again}/end`, { token: supervisor, body: { reason: '查清' } });
    expect((await validate()).admission.decision).toBe('admitted');
    expect((await replayEverything(service)).map(({ replay }) => replay.outcome)).toEqual(['same', 'same', 'same']);
    expect(id).not.toBe(again);
  });

  it('counts when the event that told of the entry was lost', async () => {
    const id = await watch({});
    await service.call('POST', `/v1/watchlist/${id}/end`, { token: supervisor, body: { reason: '查清' } });
    await service.database.sql(`update watch_entries set state = 'active'`);
    await service.database.sql(`update registry_state set version = version + 1 where name = 'watchlist'`);
    await expect.poll(async () => (await validate()).admission.decision).toBe('blocked');
  });
});
