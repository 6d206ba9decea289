import { derOid, derSequence, oids } from '@onelock/core/asn1';
import { toBase64 } from '@onelock/core/bytes';
import type { Certificate } from '@onelock/core/x509';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { extension, makeCertificate, name } from '../../core/test/support/test-ca.ts';
import { revokedStatus } from '../../core/test/support/test-ocsp.ts';
import { EvidenceWorld, hours } from './support/evidence-world.ts';
import { pem } from './support/pki.ts';
import { replayEverything } from './support/replay.ts';
import { createTestService } from './support/service.ts';

let world: EvidenceWorld;
let leaf: Certificate;
beforeAll(async () => {
  world = await EvidenceWorld.create({ kind: 'sm2' });
  leaf = world.leaf({ serial: 1 });
});
afterAll(() => world.close());

const ask = (method: string, url: string, body?: object, token = world.service.administrator) =>
  world.service.call(method, url, { token, ...(body && { body }) });
const sources = '/v1/cas/';
const rule = async (revocation: 'require' | 'if-available', more: object = {}) => {
  const { status, body } = await ask('PUT', `${sources}${world.caId}/sources`, { revocation, ...more });
  expect(status, JSON.stringify(body)).toBe(200);
};
const unknown = {
  indication: 'indeterminate',
  reason: { code: 'ERR_REVOCATION_UNKNOWN', params: { cause: 'ERR_REVOCATION_NOT_AVAILABLE' } },
};

describe('a CA of which revocation has to be known', () => {
  it('lets in nobody whose revocation nobody can tell: log-ins and judgements are indeterminate', async () => {
    await rule('require');
    expect((await world.login(leaf)).body).toMatchObject(unknown);
    const platform = await world.service.caller('platform', { origins: ['https://b.example.cn'] });
    const judged = await ask('POST', '/v1/certificates/validate', { certificate: toBase64(leaf.der) }, platform);
    expect(judged.body).toMatchObject({ ...unknown, admission: { decision: 'refused' } });
  });

  it('does so too where a certificate names LDAP alone', async () => {
    const ldap = world.leaf({ serial: 2, crl: 'ldap://ldap.example.cn/cn=ca?certificateRevocationList' });
    await rule('if-available');
    expect((await world.login(ldap)).body).toMatchObject({
      indication: 'passed',
      certificate: { revocation: { checked: false } },
    });
    await rule('require');
    expect((await world.login(ldap)).body).toMatchObject({ indication: 'indeterminate' });
  });

  it('lets people in by what its sources say, and says that it was checked', async () => {
    world.double.serve('/crl', () => world.revoking([9]));
    await rule('require', { crl: [{ url: world.double.url('/crl') }] });
    const { body } = await world.login(leaf);
    expect(body).toMatchObject({ indication: 'passed', certificate: { revocation: { checked: true } } });
    expect((await world.login(world.leaf({ serial: 9 }))).body).toMatchObject({ indication: 'failed' });
  });

  it('believes a responder of its own whose certificate nobody can tell of either', async () => {
    const key = world.ops.generateKeyPair({ kind: 'sm2' });
    const signing = extension(oids.extendedKeyUsage, false, derSequence(derOid(oids.ocspSigning)));
    const delegate = makeCertificate(
      { subject: name('responder'), key, issuer: world.issuer, extensions: [signing] },
      world.ops,
    );
    const [good, revoked] = [world.leaf({ serial: 21 }), world.leaf({ serial: 22 })];
    const by = { responder: delegate.subjectDer, key, certificates: [delegate.der] };
    world.double.serve('/delegate', world.respond([good], by));
    world.double.serve('/revokes', world.respond([revoked], { ...by, status: revokedStatus(hours(-1), 1) }));
    await rule('require', { crl: [], ocsp: [{ url: world.double.url('/delegate') }] });
    expect((await world.login(good)).body).toMatchObject({
      indication: 'passed',
      certificate: { revocation: { checked: true } },
    });
    await rule('require', { crl: [], ocsp: [{ url: world.double.url('/revokes') }] });
    expect((await world.login(revoked)).body).toMatchObject({ indication: 'failed' });
  });

  it('is judged alike when it is replayed', async () => {
    const replays = await replayEverything(world.service);
    expect(replays.length).toBeGreaterThan(3);
    for (const { replay } of replays) expect(replay).toMatchObject({ outcome: 'same' });
  });
});

describe('a CA of which it need not be known', () => {
  it('lets people in, and says in the answer that nothing was checked', async () => {
    await rule('if-available', { crl: [], ocsp: [] });
    expect((await world.login(leaf)).body).toMatchObject({
      indication: 'passed',
      certificate: { revocation: { checked: false } },
    });
  });

  it('is named to whoever watches over the service, with or without sources', async () => {
    const unchecked = async () => (await ask('GET', '/v1/statistics/state')).body.unchecked;
    expect(await unchecked()).toEqual({ count: 1, cas: [{ id: world.caId, name: '证据 CA', sources: false }] });
    await rule('if-available', { crl: [{ url: world.double.url('/crl') }] });
    expect(await unchecked()).toEqual({ count: 1, cas: [{ id: world.caId, name: '证据 CA', sources: true }] });
    await rule('require');
    expect(await unchecked()).toEqual({ count: 0, cas: [] });
  });
});

describe('the rule of a CA', () => {
  it('stays when its sources are set without it, and is part of its history', async () => {
    await rule('require');
    const { body } = await ask('PUT', `${sources}${world.caId}/sources`, { prefer: 'ocsp' });
    expect(body).toMatchObject({ revocation: 'require', prefer: 'ocsp' });
    const { items } = (await ask('GET', `/v1/cas/${world.caId}/history`)).body;
    expect(items[0].record.sources.revocation).toBe('require');
  });

  it('is part of a change set, whose preview says whom it concerns and what it weakens', async () => {
    await rule('require');
    const proposed = await ask('POST', '/v1/change-sets', {
      ...{ title: '放宽', reason: '该 CA 无来源' },
      operations: [{ kind: 'ca.set-sources', id: world.caId, sources: { revocation: 'if-available' } }],
    });
    expect(proposed.status, JSON.stringify(proposed.body)).toBe(201);
    expect(proposed.body.preview[0]).toMatchObject({
      ...{ effect: 'changes', name: '证据 CA' },
      revocation: { from: 'require', to: 'if-available' },
    });
  });

  it('is `require` for a CA that enters, unless whoever takes it in says otherwise', async () => {
    const service = await createTestService({ newCaRevocation: 'require' });
    const token = service.administrator;
    const enter = (more: object) =>
      service.call('POST', '/v1/cas', { token, body: { name: 'sm2', anchors: [pem('sm2/root')], ...more } });
    const ruleOf = async ({ body }: Awaited<ReturnType<typeof enter>>) =>
      (await service.call('GET', `/v1/cas/${body.id}/sources`, { token })).body.revocation;
    expect(await ruleOf(await enter({}))).toBe('require');
    expect(await ruleOf(await enter({ revocation: 'if-available' }))).toBe('if-available');
    await service.close();
  });
});
