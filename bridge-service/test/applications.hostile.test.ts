import { derSequence, oids } from '@onelock/core/asn1';
import { toBase64 } from '@onelock/core/bytes';
import { createNodeCrypto } from '@onelock/core/crypto/node';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { companies } from '../../demo/src/province/companies.ts';
import type { Operation } from '../../demo/src/test-ca/est-server.ts';
import type { Lie } from '../../demo/src/test-ca/lies.ts';
import { EnrolmentWorld, enrolmentOf, layCredential, makeRequest, password, product } from './support/applicant.ts';

const ops = createNodeCrypto();
let world: EnrolmentWorld;
beforeAll(async () => {
  world = await EnrolmentWorld.start();
});
afterAll(() => world.close());
beforeEach(() => {
  world.ca.switches.lies.clear();
  world.ca.switches.pendingTimes = 0;
});

const post = (url: string, token: string, body?: object) => world.service.call('POST', url, { token, body });

async function submitted(more: object = {}, request = makeRequest()): Promise<string> {
  const id = await world.draft(more);
  const { status, body } = await world.submit(id, { request: toBase64(request.der) });
  expect(status, JSON.stringify(body)).toBe(200);
  return id;
}

describe('a CA that fails', () => {
  it.each([
    ['status-500', 'ERR_ENROLMENT_CA_UNREACHABLE'],
    ['close', 'ERR_ENROLMENT_CA_UNREACHABLE'],
    ['delay', 'ERR_ENROLMENT_CA_UNREACHABLE'],
    ['redirect', 'ERR_ENROLMENT_CA_UNREACHABLE'],
    ['garbage', 'ERR_ENROLMENT_ANSWER_MALFORMED'],
    ['empty', 'ERR_ENROLMENT_ANSWER_MALFORMED'],
    ['wrong-type', 'ERR_ENROLMENT_ANSWER_MALFORMED'],
    ['cut-short', 'ERR_ENROLMENT_ANSWER_MALFORMED'],
    ['oversize', 'ERR_ENROLMENT_ANSWER_MALFORMED'],
  ] as const)('by %s is asked again later, and recovers by itself', async (lie, code) => {
    world.ca.switches.lies.set('all', lie);
    const id = await submitted();
    await world.advance();
    const view = await world.look(id);
    expect(view).toMatchObject({ state: 'submitted', attempts: 1, reason: { code }, signing: null });
    expect(Date.parse(view.nextAttemptAt)).toBeGreaterThan(world.service.ports.clock().getTime());
    world.ca.switches.lies.clear();
    world.service.advance(6_000);
    await world.settle();
    expect(await world.look(id)).toMatchObject({ state: 'issued', reason: null, attempts: 0 });
  });

  it('for three days is looked into by a person, who has it asked again', async () => {
    world.ca.switches.lies.set('all', 'status-500');
    const id = await submitted();
    for (let tries = 0; tries < 12; tries++) {
      await world.advance();
      world.service.advance(8 * 3_600_000);
    }
    const held = {
      state: 'held',
      nextAttemptAt: null,
      reason: { code: 'ERR_ENROLMENT_OVERDUE', params: { hours: 72 } },
    };
    expect(await world.look(id)).toMatchObject(held);
    world.ca.switches.lies.clear();
    expect((await post(`/v1/applications/${id}/retry`, world.service.administrator)).body.state).toBe('submitted');
    await world.settle();
    expect(await world.look(id)).toMatchObject({ state: 'issued' });
  });

  it('in writing what nobody can read three times is held', async () => {
    world.ca.switches.lies.set('all', 'garbage');
    const id = await submitted();
    for (let tries = 0; tries < 3; tries++) {
      await world.advance();
      world.service.advance(60_000);
    }
    expect(await world.look(id)).toMatchObject({ state: 'held', reason: { code: 'ERR_ENROLMENT_ANSWER_MALFORMED' } });
  });

  it('by refusing is final, and its words reach the applicant as plain text', async () => {
    world.ca.switches.lies.set('all', 'status-400');
    const id = await submitted();
    await world.advance();
    expect(await world.look(id)).toMatchObject({
      state: 'refused',
      reason: { code: 'ERR_ENROLMENT_CA_REFUSED', params: { status: 400, detail: '营业执照已注销' } },
    });
  });

  it.each([
    ['Retry-After: 3600', '3600', 3_600],
    ['a date', 'Mon, 01 Jan 2035 00:00:00 GMT', 86_400],
    ['nonsense', 'soon', 60],
    ['a negative number', '-5', 60],
    ['0', '0', 1],
  ] as const)('to be ready, saying %s, is asked when it said, within reason', async (_name, header, seconds) => {
    world.ca.switches.retryAfter = header;
    world.ca.switches.lies.set('all', 'pending');
    const id = await submitted();
    await world.advance();
    const { nextAttemptAt, state } = await world.look(id);
    const wait = (Date.parse(nextAttemptAt) - world.service.ports.clock().getTime()) / 1_000;
    expect([state, wait]).toEqual(['pending', seconds]);
    world.ca.switches.retryAfter = '1';
    await post(`/v1/applications/${id}/withdrawal`, world.platform);
  });

  it('by its credential, wrong or missing, is the operator’s to mend', async () => {
    layCredential(world.service.folder, 'test-ca', 'another password');
    const id = await submitted();
    await world.advance();
    const reason = { code: 'ERR_ENROLMENT_CREDENTIAL_REFUSED', params: { status: 401 } };
    expect(await world.look(id)).toMatchObject({ state: 'held', reason });
    layCredential(world.service.folder, 'test-ca', `${password}\n`);
    await post(`/v1/applications/${id}/retry`, world.platform);
    await world.settle();
    expect(await world.look(id)).toMatchObject({ state: 'issued' });
  });
});

describe('a CA that lies', () => {
  const held = async (id: string) => {
    const view = await world.look(id);
    expect(view).toMatchObject({ state: 'held', encryption: null, issuedAt: null, nextAttemptAt: null });
    expect((await world.service.call('GET', `/v1/applications/${id}/delivery`, { token: world.platform })).status).toBe(
      409,
    );
    const certificates = await world.service.ports.store.certificates.list({ after: null, limit: 200 }, {});
    expect(certificates.filter(({ source }) => source === id)).toEqual([]);
    return [view.reason.code.replace('ERR_ENROLMENT_ANSWER_', ''), view.reason.params.field];
  };

  it.each<[Operation, Lie, string]>([
    ['simpleenroll', 'wrong-key', 'publicKey'],
    ['simpleenroll', 'wrong-chain', 'chain'],
    ['simpleenroll', 'wrong-company', 'subject'],
    ['simpleenroll', 'wrong-code', 'creditCode'],
    ['simpleenroll', 'no-code', 'creditCode'],
    ['simpleenroll', 'wrong-usage', 'keyUsage'],
    ['simpleenroll', 'no-usage', 'keyUsage'],
    ['simpleenroll', 'too-long', 'validity'],
    ['simpleenroll', 'expired', 'chain'],
    ['simpleenroll', 'is-a-ca', 'certificates'],
    ['simpleenroll', 'two-certificates', 'certificates'],
    ['simpleenroll', 'no-certificate', 'certificates'],
    ['serverkeygen', 'same-key', 'publicKey'],
    ['serverkeygen', 'wrong-envelope', 'envelope'],
    ['serverkeygen', 'no-envelope', 'envelope'],
    ['serverkeygen', 'wrong-chain', 'chain'],
    ['serverkeygen', 'wrong-code', 'creditCode'],
    ['serverkeygen', 'wrong-usage', 'keyUsage'],
  ])('in %s by %s is found out, and nothing of it counts', async (operation, lie, field) => {
    world.ca.switches.lies.set(operation, lie);
    const id = await submitted();
    await world.settle();
    expect(await held(id)).toEqual(['MISMATCH', field]);
  });

  it('by another applicant’s certificate is found out', async () => {
    await world.applied();
    world.ca.switches.lies.set('simpleenroll', 'another-answer');
    const id = await submitted();
    await world.settle();
    expect(await held(id)).toEqual(['MISMATCH', 'publicKey']);
  });
});

describe('a request', () => {
  const stranger = ops.generateKeyPair({ kind: 'sm2' });
  const basicConstraints = { oid: oids.basicConstraints, critical: true, value: derSequence(Uint8Array.of(1, 1, 255)) };
  it.each([
    ['signed by another key', () => makeRequest({ signer: stranger }).der, 'signature'],
    ['of another company', () => makeRequest({ company: companies.designer }).der, 'organizationName'],
    [
      'with another company’s code',
      () => makeRequest({ company: { ...companies.builder, code: companies.designer.code } }).der,
      'organizationCode',
    ],
    ['that wants to be a CA', () => makeRequest({ extensions: [basicConstraints] }).der, 'extensionRequest'],
    ['of another kind of key', () => makeRequest({ kind: { kind: 'rsa', bits: 2048 } }).der, 'publicKey'],
    ['of the curve P-256', () => makeRequest({ kind: { kind: 'ec', curve: 'p256' } }).der, 'publicKey'],
    ['far too large', () => new Uint8Array(20_000).fill(0x30), 'length'],
  ] as const)('%s is refused', async (_name, make, field) => {
    const id = await world.draft();
    const { status, body } = await world.submit(id, { request: toBase64(make()) });
    expect([status, body.error.code, body.error.params.field]).toEqual([422, 'ERR_ENROLMENT_REQUEST_REFUSED', field]);
    expect((await world.look(id)).state).toBe('draft');
  });

  it('that is none, or followed by more, is a coded refusal', async () => {
    const id = await world.draft();
    const { der } = makeRequest();
    for (const request of ['AAAA', toBase64(der.subarray(0, 100)), toBase64(Uint8Array.of(...der, 0)), '!!!']) {
      const { status, body } = await world.submit(id, { request });
      expect([status >= 400 && status < 500, typeof body.error.code], JSON.stringify(body)).toEqual([true, 'string']);
    }
    expect((await world.submit(id, { request: 'A'.repeat(40_000) })).body.error.code).toBe('ERR_REQUEST_INVALID');
  });

  it('is taken once: not twice for one application, nor its key for two', async () => {
    const request = makeRequest();
    const id = await submitted({}, request);
    const again = await world.submit(id, { request: toBase64(request.der) });
    expect(again.body.error).toMatchObject({ code: 'ERR_ENROLMENT_STATE', params: { state: 'submitted' } });
    const other = await world.draft();
    const replay = await world.submit(other, { request: toBase64(request.der) });
    expect(replay.body.error.code).toBe('ERR_ENROLMENT_KEY_USED');
    await world.settle();
    expect((await world.submit(other, { request: toBase64(request.der) })).body.error.code).toBe(
      'ERR_ENROLMENT_KEY_USED',
    );
  });
});

describe('another platform', () => {
  it('learns nothing of an application and moves nothing', async () => {
    const other = await world.service.caller('platform');
    const id = await submitted();
    const url = `/v1/applications/${id}`;
    const attempts = await Promise.all([
      world.service.call('GET', url, { token: other }),
      world.service.call('GET', `${url}/delivery`, { token: other }),
      world.service.call('GET', `${url}/stream`, { token: other }),
      world.submit(id, { request: toBase64(makeRequest().der) }, other),
      post(`${url}/withdrawal`, other),
      post(`${url}/installation`, other),
      post(`${url}/retry`, other),
    ]);
    expect(attempts.map(({ status }) => status)).toEqual([404, 404, 404, 404, 404, 404, 404]);
    const list = await world.service.call('GET', '/v1/applications', { token: other });
    expect(list.body.items).toEqual([]);
    const forged = id.replace(/.{8}$/, '00000000');
    const [known, unknown] = [
      await world.service.call('GET', url, { token: other }),
      await world.service.call('GET', `/v1/applications/${forged}`, { token: other }),
    ];
    expect({ ...known.body.error, requestId: '' }).toEqual({ ...unknown.body.error, requestId: '' });
    await post(`${url}/withdrawal`, world.platform);
  });
});

describe('settings of a CA', () => {
  const set = (change: object) =>
    world.service.call('PUT', `/v1/cas/${world.rsa}/enrolment`, {
      token: world.service.administrator,
      body: {
        ...enrolmentOf('https://ca.example.cn/.well-known/est', [product('rsa', 'rsa-2048', 'single')]),
        ...change,
      },
    });

  it.each([
    ['http beyond loopback', { url: 'http://ca.example.cn/.well-known/est' }],
    ['a query', { url: 'https://ca.example.cn/est?x=1' }],
    ['credentials in the address', { url: 'https://u:p@ca.example.cn/est' }],
    ['another protocol', { url: 'ldap://ca.example.cn/' }],
    ['a way out of the folder of secrets', { credential: { kind: 'basic', user: 'u', secret: '../../etc/passwd' } }],
    ['a colon in the user', { credential: { kind: 'basic', user: 'u:v', secret: 's' } }],
    ['dual RSA', { products: [product('x', 'rsa-2048', 'dual')] }],
    ['one code twice', { products: [product('x', 'sm2', 'dual'), product('x', 'sm2', 'single')] }],
    ['anchors that are none', { serverAnchors: ['not a certificate'] }],
  ])('with %s are refused', async (_name, change) => {
    const { status } = await set(change);
    expect(status).toBeGreaterThanOrEqual(400);
    expect(status).toBeLessThan(500);
  });

  it('that are closed, or of a CA that left, take no new applications', async () => {
    expect((await set({ state: 'closed' })).status).toBe(200);
    const closed = await world.make({ caId: world.rsa, product: 'rsa' });
    expect(closed.body.error.code).toBe('ERR_ENROLMENT_NOT_OFFERED');
    await set({});
    expect((await world.make({ caId: world.rsa, product: 'no-such' })).body.error.code).toBe(
      'ERR_ENROLMENT_NOT_OFFERED',
    );
  });
});
