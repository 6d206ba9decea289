import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { encodePem, fromBase64, toBase64 } from '@onelock/core/bytes';
import { createNodeCrypto } from '@onelock/core/crypto/node';
import { openEnvelopedKey, parseEnvelopedKey } from '@onelock/core/pkcs12';
import { parseCertificate } from '@onelock/core/x509';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { engine } from '../../core/test/support/engine.ts';
import { companies } from '../../demo/src/province/companies.ts';
import { opensslCommand } from '../../tools/src/test-setup/real-parts.ts';
import { requireReal } from '../../tools/src/test-setup/require-real.ts';
import { cleanUp } from '../src/jobs/housekeeping.ts';
import { EnrolmentWorld, input, makeRequest, signRequest } from './support/applicant.ts';

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

const acting = (id: string, act: string, token = world.platform, body?: object) =>
  world.service.call('POST', `/v1/applications/${id}/${act}`, { token, body });

describe('an application', () => {
  it('for SM2 dual certificates becomes two certificates and a key that only the applicant opens', async () => {
    world.ca.switches.pendingTimes = 1;
    const request = makeRequest();
    const id = await world.applied({}, request);
    expect(await world.look(id)).toMatchObject({ state: 'pending', reason: null, attempts: 1 });
    expect(await world.advance()).toBe(0);
    world.service.advance(1_500);
    await world.settle();
    world.service.advance(1_500);
    await world.settle();
    const view = await world.look(id);
    expect(view).toMatchObject({ state: 'issued', nextAttemptAt: null, reason: null });
    expect(view.steps.map((step: { state: string }) => step.state)).toEqual([
      'draft',
      'submitted',
      'pending',
      'issued',
    ]);
    expect(world.ca.asked.map(({ operation }) => operation)).toEqual([
      ...['simpleenroll', 'simpleenroll', 'serverkeygen', 'serverkeygen'],
    ]);

    const { body } = await world.service.call('GET', `/v1/applications/${id}/delivery`, { token: world.platform });
    expect(parseCertificate(fromBase64(body.signingCertificate)).publicKey.spki).toEqual(request.key.publicKey.spki);
    expect(body.envelope.kind).toBe('sm2-enveloped-key');
    const opened = openEnvelopedKey(parseEnvelopedKey(fromBase64(body.envelope.bytes)), request.key.privateKey, engine);
    const encryption = parseCertificate(fromBase64(body.encryptionCertificate)).publicKey;
    expect(ops.sm2.checkPrivateKey(opened).point).toEqual(encryption.kind === 'sm2' ? encryption.point : null);

    const registered = await world.service.call('GET', `/v1/certificates?companyId=${view.companyId}`, {
      token: world.service.administrator,
    });
    const kept = registered.body.items.map((one: { usage: string; source: string }) => [one.usage, one.source]);
    expect(kept).toHaveLength(2);
    expect(kept).toEqual(
      expect.arrayContaining([
        ['sign', id],
        ['encrypt', id],
      ]),
    );
    const proofs = registered.body.items.map((one: { usage: string; proof: string | null }) => [one.usage, one.proof]);
    expect(Object.fromEntries(proofs)).toEqual({ sign: id, encrypt: null });
    expect((await acting(id, 'installation')).body).toMatchObject({ state: 'installed' });
    const again = await world.service.call('GET', `/v1/applications/${id}/delivery`, { token: world.platform });
    expect(again.body.envelope).toBeNull();
  });

  it.each([
    ['rsa', { kind: 'rsa', bits: 2048 }],
    ['p256', { kind: 'ec', curve: 'p256' }],
  ] as const)('for one %s certificate asks once', async (code, kind) => {
    const before = world.ca.asked.length;
    const id = await world.applied({ caId: world.rsa, product: code }, makeRequest({ kind }));
    expect(await world.look(id)).toMatchObject({ state: 'issued', encryption: null });
    expect(world.ca.asked.slice(before)).toEqual([{ operation: 'simpleenroll', authority: 'rsa', label: null }]);
  });

  it('names the certificate profile to the CA by its label', async () => {
    const id = await world.applied({ product: 'sm2-single' });
    expect(await world.look(id)).toMatchObject({ state: 'issued', encryption: null });
    expect(world.ca.asked.at(-1)).toMatchObject({ operation: 'simpleenroll', label: 'single' });
  });

  it('seals what identifies the applicant, and forgets it when it is over', async () => {
    const id = await world.draft();
    expect((await world.look(id)).applicant).toEqual({
      name: '张三丰',
      identifier: '11**************2X',
      phone: '13*******00',
    });
    const stored = JSON.stringify(await world.service.database.stored());
    expect(stored).not.toContain('11010519491231002X');
    expect(stored).not.toContain('13800138000');
    const opened = await acting(id, 'applicant', world.service.administrator);
    expect(opened.body).toEqual({ name: '张三丰', identifier: '11010519491231002X', phone: '13800138000' });
    await acting(id, 'withdrawal');
    const forgotten = await acting(id, 'applicant', world.service.administrator);
    expect(forgotten.body).toEqual({ name: '张三丰', identifier: null, phone: null });
  });

  it('that rests for half a year says no more whom to call, whatever its state', async () => {
    const id = await world.applied();
    const asked = async () => (await acting(id, 'applicant', world.service.administrator)).body.phone;
    world.service.advance(179 * 86_400_000);
    await cleanUp(world.service.ports);
    expect(await asked()).toBe('13800138000');
    world.service.advance(2 * 86_400_000);
    expect((await cleanUp(world.service.ports)).applicants).toBeGreaterThan(0);
    expect(await asked()).toBeNull();
    expect((await world.look(id)).applicant.phone).toBe('13*******00');
    expect((await cleanUp(world.service.ports)).applicants).toBe(0);
    world.service.advance(-181 * 86_400_000);
  });

  it('is made once for one Idempotency-Key', async () => {
    const make = () =>
      world.service.call('POST', '/v1/applications', {
        ...{ token: world.platform, body: input(world.sm2), headers: { 'idempotency-key': 'apply-0001' } },
      });
    const [first, second] = [await make(), await make()];
    expect(second.body.id).toBe(first.body.id);
  });

  it('tells its platform of each state by webhook, and no other platform', async () => {
    const { service } = world;
    const other = await service.caller('platform');
    const self = async (token: string) => (await service.call('GET', '/v1/callers/self', { token })).body.id;
    const [mine, theirs] = [await self(world.platform), await self(other)];
    for (const id of [mine, theirs])
      await service.call('PUT', `/v1/platforms/${id}/profile`, {
        ...{ token: service.administrator },
        body: {
          ...{ contacts: [], keys: [], requestsPerMinute: null },
          webhooks: [{ url: 'https://bid.example.cn/hook', events: ['application.changed'] }],
        },
      });
    const id = await world.applied();
    const told = async (platform: string, token: string) =>
      (await service.call('GET', `/v1/platforms/${platform}/webhook-messages`, { token })).body.items;
    const data = (await told(mine, world.platform)).map((message: { data: object }) => message.data);
    expect(data).toEqual(
      expect.arrayContaining([
        { application: id, state: 'submitted' },
        { application: id, state: 'issued' },
      ]),
    );
    expect(data).toHaveLength(2);
    expect(await told(theirs, other)).toEqual([]);
  });

  it('is withdrawn while the CA has it, and nothing is fetched afterwards', async () => {
    world.ca.switches.pendingTimes = 5;
    const id = await world.applied();
    expect((await acting(id, 'withdrawal')).body).toMatchObject({ state: 'withdrawn', nextAttemptAt: null });
    const asked = world.ca.asked.length;
    world.service.advance(3_600_000);
    await world.settle();
    expect(world.ca.asked.length).toBe(asked);
    expect((await acting(id, 'retry')).body.error.code).toBe('ERR_ENROLMENT_STATE');
  });

  it('that nobody hands in is deleted after a while, and no other', async () => {
    const [draft, kept] = [await world.draft(), await world.applied()];
    const soon = new Date(world.service.ports.clock().getTime() + 1_000).toISOString();
    const { store } = world.service.ports;
    expect(await store.transaction(({ applications }) => applications.deleteDraftsBefore(soon))).toBeGreaterThan(0);
    expect(await store.applications.byId(draft)).toBeNull();
    expect(await store.applications.steps(draft)).toEqual([]);
    expect(await world.look(kept)).toMatchObject({ state: 'issued' });
  });

  it('of a company that is watched is stopped before it goes to the CA, and supervision is told', async () => {
    const { service } = world;
    const [first, second] = [await service.caller('supervisor'), await service.caller('supervisor')];
    const entry = await service.call('POST', '/v1/watchlist', {
      token: first,
      body: {
        ...{ kind: 'person', value: '11010519491231002x', action: 'step-up', reason: '核查', evidence: '文号' },
        expiresAt: '2027-01-01T00:00:00Z',
      },
    });
    const entryAct = (act: string, token: string, body?: object) =>
      service.call('POST', `/v1/watchlist/${entry.body.id}/${act}`, { token, body });
    await entryAct('decision', second, { decision: 'approve' });
    const asked = world.ca.asked.length;
    const id = await world.draft();
    const submitted = await world.submit(id, { request: toBase64(makeRequest().der) });
    expect(submitted.body).toMatchObject({ state: 'held', reason: { code: 'ERR_WATCHLIST_STEP_UP' } });
    await world.settle();
    expect((await acting(id, 'retry')).body).toMatchObject({ state: 'held', nextAttemptAt: null });
    expect(world.ca.asked.length).toBe(asked);
    const { body } = await service.call('GET', '/v1/events?after=0', { token: first });
    const hit = { entry: entry.body.id, kind: 'person', use: 'application.submit', target: id };
    expect(body.events.at(-1).data).toMatchObject(hit);
    expect(JSON.stringify(body)).not.toMatch(/11010519491231002X/i);
    await entryAct('clearance', first);
    await acting(id, 'retry');
    await world.settle();
    expect(await world.look(id)).toMatchObject({ state: 'issued', reason: null });
    await entryAct('end', first, { reason: '结束' });
  });

  it('of a company whose registration is closed is held, until it is open again', async () => {
    const { service } = world;
    const asOperator = (method: string, url: string, body: object) =>
      service.call(method, url, { token: service.administrator, body });
    const id = await world.draft();
    const { creditCode } = (await world.look(id)).subject;
    const known = (
      await service.call('GET', `/v1/companies?creditCode=${creditCode}`, { token: service.administrator })
    ).body.items[0];
    const company = known ?? (await asOperator('POST', '/v1/companies', { creditCode, name: '申领企业' })).body;
    await asOperator('PATCH', `/v1/companies/${company.id}`, { state: 'closed' });
    const submitted = await world.submit(id, { request: toBase64(makeRequest().der) });
    expect(submitted.body).toMatchObject({ state: 'held', reason: { code: 'ERR_REGISTRY_COMPANY_CLOSED' } });
    await asOperator('PATCH', `/v1/companies/${company.id}`, { state: 'active' });
    expect((await asOperator('POST', `/v1/applications/${id}/retry`, {})).body.state).toBe('submitted');
    await world.settle();
    expect(await world.look(id)).toMatchObject({ state: 'issued' });
  });

  it('is given back by an operator with words for the applicant', async () => {
    world.ca.switches.pendingTimes = 5;
    const id = await world.applied();
    const { body } = await acting(id, 'refusal', world.service.administrator, { note: '请先更名' });
    expect(body).toMatchObject({
      state: 'refused',
      reason: { code: 'ERR_ENROLMENT_OPERATOR_REFUSED', params: { note: '请先更名' } },
    });
  });
});

describe('an offer', () => {
  it('shows prices beside what the CA has done', async () => {
    const { body } = await world.service.call('GET', '/v1/enrolment-offers', { token: world.platform });
    const rsa = body.offers.find(({ caId }: { caId: string }) => caId === world.rsa);
    expect(rsa).toMatchObject({
      products: [{ code: 'rsa', priceFen: 20_000, renewalPriceFen: 15_000 }, { code: 'p256' }],
      figures: { days: 90, applications: 2, issued: 2, refused: 0, medianMinutes: 0, inTimePercent: 100 },
    });
    expect(JSON.stringify(body)).not.toContain('test-ca');
    expect(JSON.stringify(body)).not.toContain('/.well-known/est');
  });

  it('is tried by an operator: whether the CA answers, and with the certificates that are registered', async () => {
    const { body } = await world.service.call('POST', `/v1/cas/${world.sm2}/enrolment/trial`, {
      token: world.service.administrator,
    });
    expect(body).toMatchObject({ reached: true, reason: null });
    expect(body.certificates.map(({ registered }: { registered: boolean }) => registered)).toEqual([true, true]);
  });
});

describe('a renewal', () => {
  async function issuedBefore(): Promise<{
    readonly der: Uint8Array;
    readonly key: ReturnType<typeof makeRequest>['key'];
  }> {
    const request = makeRequest();
    const view = await world.look(await world.applied({}, request));
    return { der: fromBase64(view.signing.der), key: request.key };
  }

  it('is asked for by the old certificate’s signature, re-enrolled, and reminds of bid openings', async () => {
    const old = await issuedBefore();
    await world.service.call('POST', '/v1/bid-openings', {
      token: world.platform,
      body: { title: '某工程', startsAt: '2026-06-20T01:00:00Z', endsAt: '2026-06-20T03:00:00Z' },
    });
    const id = await world.draft({ kind: 'renewal', renews: toBase64(old.der) });
    const request = makeRequest();
    const proof = signRequest(request.der, old.der, old.key);
    const { body } = await world.submit(id, { request: toBase64(request.der), proof: toBase64(proof) });
    expect(body).toMatchObject({ state: 'submitted', kind: 'renewal' });
    await world.settle();
    const view = await world.look(id);
    expect(view).toMatchObject({ state: 'issued' });
    expect(view.bidOpenings).toEqual([
      { startsAt: '2026-06-20T01:00:00.000Z', endsAt: '2026-06-20T03:00:00.000Z', platform: 'a platform' },
    ]);
    expect(world.ca.asked.slice(-2).map(({ operation }) => operation)).toEqual(['simplereenroll', 'serverkeygen']);
    expect(view.signing.serialNumber).not.toBe(parseCertificate(old.der).serialNumber);
  });

  it('is refused without that signature, by another’s, over another request, attached, or of an expired certificate', async () => {
    const old = await issuedBefore();
    const stranger = await issuedBefore();
    const request = makeRequest();
    const id = await world.draft({ kind: 'renewal', renews: toBase64(old.der) });
    const attempt = async (proof?: Uint8Array) => {
      const { status, body } = await world.submit(id, {
        request: toBase64(request.der),
        ...(proof && { proof: toBase64(proof) }),
      });
      return [status, body.error?.code, body.error?.params.cause];
    };
    const refused = 'ERR_ENROLMENT_PROOF_REFUSED';
    expect(await attempt()).toEqual([422, refused, 'missing']);
    expect(await attempt(signRequest(request.der, stranger.der, stranger.key))).toEqual([
      422,
      refused,
      'another certificate',
    ]);
    expect(await attempt(signRequest(makeRequest().der, old.der, old.key))).toEqual([
      422,
      refused,
      'ERR_CMS_DIGEST_MISMATCH',
    ]);
    expect(await attempt(signRequest(request.der, old.der, old.key, false))).toEqual([422, refused, 'not detached']);
    expect((await attempt(Uint8Array.of(0x30, 3, 1, 1, 1)))[1]).toBe(refused);
    const proof = signRequest(request.der, old.der, old.key);
    world.service.advance(800 * 86_400_000);
    expect(await attempt(proof)).toEqual([422, refused, 'ERR_PATH_EXPIRED']);
    world.service.advance(-800 * 86_400_000);
    expect((await attempt(proof))[0]).toBe(200);
  });

  it('is of this company’s and this CA’s certificate alone', async () => {
    const old = await issuedBefore();
    const code = async (more: object) => (await world.make({ kind: 'renewal', ...more })).body.error?.params;
    expect(await code({})).toMatchObject({ field: '/renews', rule: 'required' });
    const renews = toBase64(old.der);
    expect(await code({ renews, caId: world.rsa, product: 'rsa' })).toMatchObject({ rule: 'of this CA' });
    const { name, code: creditCode } = companies.designer;
    expect(await code({ renews, company: { name, creditCode } })).toMatchObject({ rule: 'of this company' });
  });
});

requireReal('OpenSSL', opensslCommand())('OpenSSL', (openssl) => {
  it('verifies the request that was sent, and builds the path of what came back', async () => {
    const request = makeRequest({ kind: { kind: 'rsa', bits: 2048 } });
    const folder = mkdtempSync(path.join(tmpdir(), 'onelock-est-'));
    const save = (name: string, text: string): string => {
      writeFileSync(path.join(folder, name), text);
      return path.join(folder, name);
    };
    try {
      const verified = execFileSync(
        openssl,
        ['req', '-verify', '-noout', '-in', save('request.pem', encodePem('CERTIFICATE REQUEST', request.der))],
        {
          stdio: ['ignore', 'pipe', 'pipe'],
        },
      );
      expect(String(verified)).not.toContain('failure');
      const response = await fetch(`http://127.0.0.1:${world.ca.port}/rsa/.well-known/est/cacerts`, {
        headers: { authorization: `Basic ${btoa('onelock:a password of the test CA')}` },
      });
      const message = save('cacerts.p7', encodePem('PKCS7', fromBase64((await response.text()).replaceAll(/\s/g, ''))));
      const anchors = String(execFileSync(openssl, ['pkcs7', '-print_certs', '-in', message]));
      expect(anchors.match(/BEGIN CERTIFICATE/g)).toHaveLength(2);
      const view = await world.look(await world.applied({ caId: world.rsa, product: 'rsa' }, request));
      const leaf = save('leaf.pem', encodePem('CERTIFICATE', fromBase64(view.signing.der)));
      // OpenSSL's clock is the machine's.
      const at = String(Math.floor(world.service.ports.clock().getTime() / 1000));
      const told = execFileSync(openssl, ['verify', '-attime', at, '-CAfile', save('anchors.pem', anchors), leaf]);
      expect(String(told)).toContain('OK');
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });
});
