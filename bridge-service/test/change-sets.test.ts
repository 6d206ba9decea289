import { fromBase64, toBase64, utf8Decode, utf8Encode } from '@onelock/core/bytes';
import { sm2DefaultUserId } from '@onelock/core/crypto';
import { formatName, parseCertificate } from '@onelock/core/x509';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { appliedText, applyDueChangeSets } from '../src/services/change-sets/apply.ts';
import { approvalText } from '../src/services/change-sets/decide.ts';
import { derOf, makeLoginToken, pem, testKey } from './support/pki.ts';
import { type Answer, createTestService, type TestService } from './support/service.ts';

const hour = 3_600_000;
const origin = 'https://bid.example.cn';

let service: TestService;
let first: string;
let second: string;
let platform: string;
beforeEach(async () => {
  service = await createTestService({ changeControl: 'two-person' });
  [first, second] = [await service.caller('operator'), await service.caller('operator')];
  platform = await service.caller('platform', { origins: [origin] });
});
afterEach(() => service.close());

const post = (url: string, body: object, token = first): Promise<Answer> => service.call('POST', url, { token, body });
const propose = (operations: object[], more: object = {}, token = first) =>
  post('/v1/change-sets', { title: '变更', reason: '试验', operations, ...more }, token);
const approve = ({ body }: Answer, token = second) =>
  post(`/v1/change-sets/${body.id}/approval`, { digest: body.digest }, token);
const cas = async () => (await service.call('GET', '/v1/cas', { token: first })).body.items;
const validate = async (leaf: string) =>
  (await post('/v1/certificates/validate', { certificate: pem(leaf) })).body.indication;
const fromNow = (ms: number): string => new Date(service.ports.clock().getTime() + ms).toISOString();

const enter = (name: string) => ({
  kind: 'ca.register',
  name,
  anchors: [pem(`${name}/root`)],
  intermediates: [pem(`${name}/intermediate`)],
});
/** A CA that two people have let in. */
async function entered(name: string): Promise<string> {
  await approve(await propose([enter(name)]));
  return (await cas()).find((ca: { name: string }) => ca.name === name).id;
}

describe('under two-person control', () => {
  it('nobody changes the registry of CAs alone', async () => {
    const direct = await post('/v1/cas', { name: 'x', anchors: [pem('sm2/root')] }, service.administrator);
    expect(direct.body.error).toMatchObject({ code: 'ERR_CHANGE_SET_REQUIRED' });
    const id = await entered('sm2');
    const patched = await service.call('PATCH', `/v1/cas/${id}`, { token: first, body: { state: 'off-boarded' } });
    expect(patched.body.error).toMatchObject({ code: 'ERR_CHANGE_SET_REQUIRED' });
  });

  it('a change takes effect with the approval of another person, and is signed by the service', async () => {
    const proposed = await propose([enter('sm2')]);
    expect(proposed.status, JSON.stringify(proposed.body)).toBe(201);
    expect(proposed.body).toMatchObject({ state: 'proposed', approvalsNeeded: 1, approvals: [] });
    expect(await validate('sm2/leaf')).not.toBe('passed');
    expect((await approve(proposed, first)).body.error.code).toBe('ERR_CHANGE_SAME_PERSON');
    const { body } = await approve(proposed);
    expect(body).toMatchObject({ state: 'applied', approvalsNeeded: 0 });
    expect(await validate('sm2/leaf')).toBe('passed');
    const { ops, key } = service.ports;
    const signed = appliedText(body, body.appliedAt);
    const scheme = { kind: 'sm2-sm3', userId: sm2DefaultUserId } as const;
    expect(ops.verify(key.publicKey, scheme, signed, fromBase64(body.signature))).toBe(true);
    expect((await approve(proposed)).body.error).toMatchObject({
      code: 'ERR_CHANGE_STATE',
      params: { state: 'applied' },
    });
    const [ca] = await cas();
    const history = await service.call('GET', `/v1/cas/${ca.id}/history`, { token: first });
    expect(history.body.items).toMatchObject([{ action: 'ca.register', actor: body.id }]);
  });

  it('what is approved is what was seen: another digest is refused', async () => {
    const proposed = await propose([enter('sm2')]);
    const wrong = await post(`/v1/change-sets/${proposed.body.id}/approval`, { digest: '0'.repeat(64) }, second);
    expect(wrong.body.error).toMatchObject({ code: 'ERR_CHANGE_OUTDATED' });
  });

  it('an approver may sign with a certificate of their own', async () => {
    await entered('sm2');
    const proposed = await propose([enter('rsa')]);
    const { ops } = service.ports;
    const scheme = { kind: 'sm2-sm3', userId: sm2DefaultUserId } as const;
    const sign = (text: Uint8Array) => toBase64(ops.sign(testKey('sm2/leaf'), scheme, text));
    const send = (signature: string) =>
      post(
        `/v1/change-sets/${proposed.body.id}/approval`,
        { digest: proposed.body.digest, signature: { certificate: pem('sm2/leaf'), signature } },
        second,
      );
    const wrong = await send(sign(utf8Encode('something else')));
    expect(wrong.body.error).toMatchObject({ code: 'ERR_CHANGE_SIGNATURE' });
    const { body } = await send(sign(approvalText(proposed.body.digest)));
    expect(body.state).toBe('applied');
    expect(body.approvals[0]).toMatchObject({ certificate: expect.stringMatching(/^[0-9a-f]{64}$/) });
  });

  it('a proposal can be rejected by another and withdrawn by its author', async () => {
    const [one, two] = [await propose([enter('sm2')]), await propose([enter('rsa')])];
    const end = ({ body }: Answer, token: string) => post(`/v1/change-sets/${body.id}/end`, { reason: '不妥' }, token);
    expect((await end(one, second)).body.state).toBe('rejected');
    expect((await end(two, first)).body.state).toBe('withdrawn');
    expect((await approve(one)).body.error.code).toBe('ERR_CHANGE_STATE');
    const rejected = await service.call('GET', '/v1/change-sets?state=rejected', { token: first });
    expect(rejected.body.items).toHaveLength(1);
  });
});

describe('a preview', () => {
  it('counts nobody who stays with another CA of the same certificates', async () => {
    const id = await entered('sm2');
    await post('/v1/certificates', { certificate: pem('sm2/leaf') });
    const again = { ...enter('sm2'), name: '重复登记' };
    const counts = async (operation: object) =>
      (await post('/v1/change-sets/preview', { operations: [operation] })).body.preview[0].certificates;
    const leaving = { kind: 'ca.update', id, state: 'off-boarded' };
    expect(await counts(leaving)).toBe(1);
    expect(await counts(again)).toBe(0);
    await approve(await propose([again]));
    expect(await counts(leaving)).toBe(0);
    await approve(await propose([leaving]));
    expect(await validate('sm2/leaf')).toBe('passed');
  });

  it('says how many companies and platforms a CA’s leaving touches', async () => {
    const id = await entered('sm2');
    await entered('rsa');
    for (const certificate of ['sm2/leaf', 'rsa/leaf', 'sm2/person'])
      await post('/v1/certificates', { certificate: pem(certificate) });
    const challenge = (await post('/v1/challenges', { origin }, platform)).body.challenge;
    const token = makeLoginToken(service.ports.ops, {
      ...{ certificate: 'sm2/leaf', key: 'sm2/leaf', origin },
      challenge: fromBase64(challenge),
    });
    expect((await post('/v1/logins', { token }, platform)).body.indication).toBe('passed');
    const leaving = { operations: [{ kind: 'ca.update', id, state: 'off-boarded' }] };
    const previewed = async (more: object = {}) =>
      (await post('/v1/change-sets/preview', { ...leaving, ...more })).body;
    // One company has a certificate of the other CA too, and so is not left without one.
    const touched = {
      name: 'sm2',
      effect: 'leaves',
      certificates: 2,
      companies: 1,
      companiesWithoutOther: 0,
      platforms: 1,
    };
    expect((await previewed()).preview).toMatchObject([touched]);
    const [other] = (await service.call('GET', '/v1/certificates', { token: first })).body.items.filter(
      ({ issuer }: { issuer: string }) => /RSA/i.test(issuer),
    );
    await service.call('PATCH', `/v1/certificates/${other.id}`, { token: first, body: { state: 'retired' } });
    expect((await previewed()).preview).toMatchObject([{ ...touched, companiesWithoutOther: 1 }]);
    // What has ended by the day of the change is not touched by it.
    expect((await previewed({ applyAt: '2099-01-01T00:00:00Z' })).preview).toMatchObject([
      { certificates: 0, companies: 0, companiesWithoutOther: 0 },
    ]);
    const none = await post('/v1/change-sets/preview', { operations: [enter('p256')] });
    expect(none.body.preview).toMatchObject([{ effect: 'enters', certificates: 0, companies: 0 }]);
  });

  it('of what is not there is refused', async () => {
    const operations = [{ kind: 'ca.update', id: `ca_${'0'.repeat(32)}`, name: 'x' }];
    expect((await post('/v1/change-sets/preview', { operations })).status).toBe(404);
    expect((await propose(operations)).status).toBe(404);
  });
});

describe('a schedule', () => {
  it('applies an approved change when its time comes, once', async () => {
    const set = await propose([enter('sm2')], { applyAt: fromNow(2 * hour) });
    expect((await approve(set)).body.state).toBe('approved');
    expect(await applyDueChangeSets(service.ports)).toBe(0);
    expect(await validate('sm2/leaf')).not.toBe('passed');
    service.advance(2 * hour);
    await Promise.all([1, 2, 3].map(() => applyDueChangeSets(service.ports)));
    expect((await cas()).filter(({ name }: { name: string }) => name === 'sm2')).toHaveLength(1);
    expect(await validate('sm2/leaf')).toBe('passed');
  });

  it('lets old and new anchors count together until the overlap ends', async () => {
    const id = await entered('sm2');
    const exchange = {
      ...{ kind: 'ca.update', id, anchors: [pem('rsa/root')], intermediates: [pem('rsa/intermediate')] },
      overlapUntil: fromNow(24 * hour),
    };
    await approve(await propose([exchange]));
    expect([await validate('sm2/leaf'), await validate('rsa/leaf')]).toEqual(['passed', 'passed']);
    service.advance(25 * hour);
    expect(await applyDueChangeSets(service.ports)).toBe(1);
    expect(await validate('rsa/leaf')).toBe('passed');
    expect(await validate('sm2/leaf')).not.toBe('passed');
  });

  it('takes away at the end of an overlap what the exchange replaced, and nothing that came or went since', async () => {
    const id = await entered('sm2');
    const exchange = { kind: 'ca.update', id, anchors: [pem('rsa/root')], overlapUntil: fromNow(24 * hour) };
    await approve(await propose([exchange]));
    const added = { kind: 'ca.update', id, anchors: [pem('rsa/root'), pem('sm2/root'), pem('p256/root')] };
    await approve(await propose([{ ...added, intermediates: [pem('rsa/intermediate')] }]));
    service.advance(25 * hour);
    expect(await applyDueChangeSets(service.ports)).toBe(1);
    const [ca] = await cas();
    expect(ca.anchors.map(({ subject }: { subject: string }) => subject).sort()).toEqual(
      ['p256/root', 'rsa/root'].map((name) => formatName(parseCertificate(derOf(name)).subject)).sort(),
    );
    expect(ca.intermediates).toHaveLength(1);
    expect(await validate('rsa/leaf')).toBe('passed');
    expect(await validate('sm2/leaf')).not.toBe('passed');
  });

  it('fails a change that cannot be done any more, as a whole', async () => {
    const other = await service.caller('platform', { origins: ['https://other.example.cn'] });
    const { id } = (await service.call('GET', '/v1/callers/self', { token: other })).body;
    const set = await propose([enter('sm2'), { kind: 'platform.update', id, origins: ['https://new.example.cn'] }], {
      applyAt: fromNow(hour),
    });
    await approve(set);
    await approve(await propose([{ kind: 'platform.revoke', id }]));
    service.advance(hour);
    await applyDueChangeSets(service.ports);
    const { body } = await service.call('GET', `/v1/change-sets/${set.body.id}`, { token: first });
    expect(body).toMatchObject({ state: 'failed', failure: 'ERR_REQUEST_CONFLICT' });
    expect(await cas()).toHaveLength(0);
  });
});

describe('a rollback', () => {
  const rollBack = ({ body }: Answer) => post(`/v1/change-sets/${body.id}/rollback`, { reason: '误操作' });

  it('restores what was', async () => {
    const id = await entered('sm2');
    const set = await propose([{ kind: 'ca.update', id, state: 'off-boarded' }]);
    await approve(set);
    expect(await validate('sm2/leaf')).not.toBe('passed');
    expect((await rollBack(set)).body.state).toBe('rolled-back');
    expect(await validate('sm2/leaf')).toBe('passed');
    expect((await rollBack(set)).body.error.code).toBe('ERR_CHANGE_STATE');
  });

  it('ends an overlap with the new anchors gone', async () => {
    const id = await entered('sm2');
    const set = await propose([
      { ...{ kind: 'ca.update', id, anchors: [pem('rsa/root')] }, overlapUntil: fromNow(24 * hour) },
    ]);
    await approve(set);
    await rollBack(set);
    service.advance(25 * hour);
    expect(await applyDueChangeSets(service.ports)).toBe(0);
    expect(await validate('sm2/leaf')).toBe('passed');
    const entries = await service.call('GET', '/v1/audit?action=change-set.withdraw', { token: service.administrator });
    expect(entries.body.items).toMatchObject([{ details: { reason: '误操作' } }]);
  });

  it('restores a platform that was revoked, unless its origin was given away', async () => {
    const { id } = (await service.call('GET', '/v1/callers/self', { token: platform })).body;
    const set = await propose([{ kind: 'platform.revoke', id }]);
    await approve(set);
    expect((await service.call('GET', '/v1/callers/self', { token: platform })).status).toBe(401);
    await rollBack(set);
    expect((await service.call('GET', '/v1/callers/self', { token: platform })).status).toBe(200);
  });

  it('is refused when somebody has changed the record since', async () => {
    const id = await entered('sm2');
    const set = await propose([{ kind: 'ca.update', id, name: '新名' }]);
    await approve(set);
    await approve(await propose([{ kind: 'ca.update', id, name: '更新的名' }]));
    expect((await rollBack(set)).body.error.code).toBe('ERR_CHANGE_OUTDATED');
  });
});

describe('a bid opening', () => {
  const open = (startsIn: number, length: number, token = platform) =>
    post(
      '/v1/bid-openings',
      { title: '某工程开标', startsAt: fromNow(startsIn), endsAt: fromNow(startsIn + length) },
      token,
    );

  it('freezes changes from two hours before until its end', async () => {
    expect((await open(hour, hour)).status).toBe(201);
    const set = await propose([enter('sm2')]);
    expect((await approve(set)).body).toMatchObject({ state: 'approved', waitsFor: '某工程开标' });
    await applyDueChangeSets(service.ports);
    expect(await cas()).toHaveLength(0);
    service.advance(2 * hour + 60_000);
    expect(await applyDueChangeSets(service.ports)).toBe(1);
    expect(await cas()).toHaveLength(1);
  });

  it('does not hold an urgent change that two others have approved', async () => {
    await open(hour, hour);
    const set = await propose([enter('sm2')], { urgent: true });
    expect((await approve(set)).body).toMatchObject({ state: 'proposed', approvalsNeeded: 1 });
    expect((await approve(set)).body.error.code).toBe('ERR_CHANGE_SAME_PERSON');
    expect((await approve(set, service.administrator)).body.state).toBe('applied');
  });

  it('freezes direct changes too, where those are allowed', async () => {
    const lax = await createTestService();
    try {
      const token = await lax.caller('platform', { origins: [origin] });
      const startsAt = new Date(lax.ports.clock().getTime() + hour).toISOString();
      const endsAt = new Date(lax.ports.clock().getTime() + 2 * hour).toISOString();
      const made = await lax.call('POST', '/v1/bid-openings', { token, body: { title: '开标', startsAt, endsAt } });
      const register = () =>
        lax.call('POST', '/v1/cas', { token: lax.administrator, body: { name: 'x', anchors: [pem('sm2/root')] } });
      expect((await register()).body.error).toMatchObject({ code: 'ERR_CHANGE_FROZEN', params: { until: endsAt } });
      await lax.call('DELETE', `/v1/bid-openings/${made.body.id}`, { token });
      expect((await register()).status).toBe(201);
    } finally {
      await lax.close();
    }
  });

  it('is a platform’s own, and has an end', async () => {
    const { body } = await open(hour, hour);
    const other = await service.caller('platform', { origins: ['https://other.example.cn'] });
    expect((await service.call('DELETE', `/v1/bid-openings/${body.id}`, { token: other })).status).toBe(404);
    expect((await open(hour, -1)).status).toBe(400);
    expect((await open(hour, 30 * 24 * hour)).status).toBe(400);
    const listed = await service.call('GET', '/v1/bid-openings', { token: other });
    expect(listed.body.items).toMatchObject([{ id: body.id }]);
  });
});

describe('the registry of origins', () => {
  it('is signed, and ends', async () => {
    const agent = await service.caller('agent');
    const { body } = await service.call('GET', '/v1/origin-registry', { token: agent });
    const bytes = fromBase64(body.registry);
    const { ops, key, clock } = service.ports;
    const signed = Buffer.concat([utf8Encode('onelock-origin-registry-v1\n'), bytes]);
    const scheme = { kind: 'sm2-sm3', userId: sm2DefaultUserId } as const;
    expect(ops.verify(key.publicKey, scheme, signed, fromBase64(body.signature))).toBe(true);
    const registry = JSON.parse(utf8Decode(bytes));
    expect(registry).toMatchObject({ kind: 'onelock-origin-registry', origins: [{ origin, name: 'a platform' }] });
    expect(new Date(registry.expiresAt).getTime() - clock().getTime()).toBe(72 * hour);
  });

  it('says by which keys a platform signs tickets, and whether it demands them', async () => {
    const lax = await createTestService();
    await service.close();
    service = lax;
    const ticketed = 'https://ticketed.example.cn';
    const token = service.administrator;
    const { body: platform } = await service.call('POST', '/v1/callers', {
      token,
      body: { name: 'with tickets', role: 'platform', origins: [ticketed] },
    });
    const keys = [{ id: 'server-1', publicKey: toBase64(service.ports.key.publicKey.spki) }];
    const profile = { contacts: [], requestsPerMinute: null, webhooks: [], requestTickets: 'required' };
    const put = async (body: object) => service.call('PUT', `/v1/platforms/${platform.id}/profile`, { token, body });
    expect((await put({ ...profile, keys: [] })).body.error.params).toMatchObject({ field: '/requestTickets' });
    expect((await put({ ...profile, keys })).status).toBe(200);
    const { body } = await service.call('GET', '/v1/origin-registry', { token: await service.caller('agent') });
    const { origins } = JSON.parse(utf8Decode(fromBase64(body.registry)));
    const entry = origins.find(({ origin }: { origin: string }) => origin === ticketed);
    expect(entry).toEqual({
      ...{ origin: ticketed, platform: platform.id, name: 'with tickets' },
      tickets: { required: true, keys },
    });
  });
});
