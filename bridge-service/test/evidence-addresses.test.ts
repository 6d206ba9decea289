import { toHex } from '@onelock/core/bytes';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { basicConstraints, general, keyUsage, makeCertificate, name } from '../../core/test/support/test-ca.ts';
import { distributionPoints, scope } from '../../core/test/support/test-crl.ts';
import { defaultEvidenceLimits, Evidence } from '../src/evidence/evidence.ts';
import { createOutbound } from '../src/outbound/index.ts';
import { EvidenceWorld } from './support/evidence-world.ts';

describe('addresses in certificates', () => {
  let world: EvidenceWorld;
  beforeAll(async () => {
    world = await EvidenceWorld.create({ kind: 'sm2' });
    world.double.serve('/named.crl', () => world.revoking([5]));
  });
  afterAll(() => world.close());

  it('that lead inside are not asked, and the answer says so', async () => {
    const leaf = world.leaf({ serial: 5, crl: world.double.url('/named.crl') });
    const { body } = await world.validate(leaf);
    expect(body).toMatchObject({
      indication: 'passed',
      revocation: { checked: false },
      sources: [{ outcome: 'failed', reason: { code: 'ERR_EVIDENCE_ADDRESS_REFUSED' } }],
    });
    expect((await world.validate(leaf, { revocation: 'require' })).body.indication).toBe('indeterminate');
    const ldap = world.leaf({ serial: 6, crl: 'ldap://ldap.example.cn/cn=crl1' });
    expect((await world.validate(ldap)).body.sources).toMatchObject([
      { reason: { code: 'ERR_EVIDENCE_URL_UNSUPPORTED' } },
    ]);
    expect(world.double.countOf('/named.crl')).toBe(0);
  });

  it('on a host that the operator listed are asked', async () => {
    await world.setSources({ caIssuers: [{ url: world.double.url('/ca.cer') }] });
    const leaf = world.leaf({ serial: 5, crl: world.double.url('/named.crl') });
    expect((await world.validate(leaf)).body.reason.code).toBe('ERR_REVOCATION_REVOKED');
    await world.setSources({ caIssuers: [{ url: world.double.url('/ca.cer') }], certificateUrls: 'ignored' });
    expect((await world.validate(leaf)).body).toMatchObject({ indication: 'passed', revocation: { checked: false } });
    await world.setSources({});
  });

  it('are asked where the listed lists speak of others: of another part, or of another CA of the same hierarchy', async () => {
    const { double, issuer, ops, anchor, service } = world;
    const part = (path: string): Uint8Array => scope({ names: [general.uri(double.url(path))] });
    double.serve('/part-1.crl', () => world.crl({ extensions: [part('/part-1.crl')] }));
    double.serve('/part-2.crl', () => world.revoking([9], { extensions: [part('/part-2.crl')] }));
    await world.useLists('/part-1.crl');
    const inPart = (serial: number, number: 1 | 2) => world.leaf({ serial, crl: double.url(`/part-${number}.crl`) });
    expect((await world.validate(inPart(8, 1))).body).toMatchObject({
      indication: 'passed',
      revocation: { checked: true },
    });
    expect((await world.validate(inPart(8, 2))).body).toMatchObject({
      indication: 'passed',
      revocation: { checked: true },
    });
    expect((await world.validate(inPart(9, 2))).body.reason.code).toBe('ERR_REVOCATION_REVOKED');

    const middle = { name: name('签发 CA'), key: ops.generateKeyPair({ kind: 'sm2' }) };
    const certificate = makeCertificate(
      {
        ...{ subject: middle.name, key: middle.key, issuer, serial: 90 },
        extensions: [
          ...[basicConstraints(), keyUsage(5, 6)],
          distributionPoints({ names: [general.uri(double.url('/root.crl'))] }),
        ],
      },
      ops,
    );
    double.serve('/middle.crl', () => world.crl({ issuer: middle }));
    double.serve('/root.crl', () => world.revoking([90]));
    const base64 = (one: { readonly der: Uint8Array }): string => Buffer.from(one.der).toString('base64');
    await service.call('PATCH', `/v1/cas/${world.caId}`, {
      token: service.administrator,
      body: { anchors: [base64(anchor)], intermediates: [base64(certificate)] },
    });
    await world.useLists('/middle.crl');
    expect((await world.validate(world.leaf({ serial: 1, issuer: middle }))).body).toMatchObject({
      indication: 'failed',
      reason: { code: 'ERR_REVOCATION_REVOKED', params: { subject: 'CN=签发 CA' } },
    });
    await service.call('PATCH', `/v1/cas/${world.caId}`, {
      token: service.administrator,
      body: { anchors: [base64(anchor)], intermediates: [] },
    });
    await world.setSources({});
  });

  it('of certificates that no registered CA has issued are not asked', async () => {
    const before = world.double.received.length;
    await world.setSources({ caIssuers: [{ url: world.double.url('/ca.cer') }] });
    const impostor = { name: world.issuer.name, key: world.ops.generateKeyPair({ kind: 'sm2' }) };
    const leaf = world.leaf({ serial: 5, crl: world.double.url('/named.crl'), issuer: impostor });
    expect((await world.validate(leaf)).body.indication).not.toBe('passed');
    expect(world.double.received.length).toBe(before);
    await world.setSources({});
  });

  it('are not asked where the question brings anchors of its own, unless it says so', async () => {
    const before = world.double.received.length;
    const leaf = world.leaf({ serial: 5, crl: world.double.url('/named.crl') });
    const anchors = { trustAnchors: [Buffer.from(world.anchor.der).toString('base64')] };
    expect((await world.validate(leaf, anchors)).body).not.toHaveProperty('sources');
    expect((await world.validate(leaf, { evidence: 'supplied' })).body).not.toHaveProperty('sources');
    expect((await world.validate(leaf, { revocation: 'none' })).body).not.toHaveProperty('sources');
    expect(world.double.received.length).toBe(before);
  });

  it('on the public internet are asked for lists, responses and issuers, of what registered CAs have issued', async () => {
    const { ports } = world.service;
    const real = createOutbound({ networks: ['127.0.0.1/32'] });
    const failures: unknown[] = [];
    const evidence = new Evidence({
      ...{ store: ports.store, trust: ports.trust, clock: ports.clock, ops: ports.ops, limits: defaultEvidenceLimits },
      // As if this machine were out there.
      outbound: { ask: (request) => real.ask({ ...request, origin: 'registry' }), close: () => real.close() },
      events: { onChange: () => undefined, onStale: () => undefined, onFailure: (error) => failures.push(error) },
    });
    const middle = { name: name('公网签发 CA'), key: world.ops.generateKeyPair({ kind: 'sm2' }) };
    const extensions = [basicConstraints(), keyUsage(5, 6)];
    const issuer = makeCertificate(
      { subject: middle.name, key: middle.key, issuer: world.issuer, extensions },
      world.ops,
    );
    const { double } = world;
    double.serve('/aia.cer', () => issuer.der);
    double.serve('/public.crl', () => world.crl({ issuer: middle }));
    double.serve('/public-ocsp', () => Uint8Array.of(0x30, 3, 0x0a, 1, 3));
    const urls = {
      crl: double.url('/public.crl'),
      ocsp: double.url('/public-ocsp'),
      caIssuers: double.url('/aia.cer'),
    };
    const ask = async (leaf: ReturnType<typeof world.leaf>) =>
      evidence.gather({ certificates: [leaf], candidates: [], trust: await ports.trust.current(ports.store) });
    const found = await ask(world.leaf({ serial: 3, issuer: middle, ...urls }));
    expect(found.issuers.map(({ der }) => toHex(der))).toEqual([toHex(issuer.der)]);
    expect(found.crls).toHaveLength(1);
    expect(found.unanswered).toEqual([]);
    // A list was enough: the responder was not asked. Without it, it is, and refuses.
    expect(double.countOf('/public-ocsp')).toBe(0);
    const other = await ask(world.leaf({ serial: 4, issuer: middle, ocsp: urls.ocsp, caIssuers: urls.caIssuers }));
    expect(other.unanswered).toMatchObject([{ reason: { code: 'ERR_EVIDENCE_REJECTED' } }]);
    const before = double.countOf('/public.crl');
    const impostor = { name: middle.name, key: world.ops.generateKeyPair({ kind: 'sm2' }) };
    await ask(world.leaf({ serial: 5, issuer: impostor, crl: double.url('/public.crl?2') }));
    expect(double.countOf('/public.crl')).toBe(before);
    expect(failures).toEqual([]);
    await evidence.close();
  });

  it('of issuers bring a certificate that nobody sent along, where they are listed', async () => {
    const middle = { name: name('签发 CA'), key: world.ops.generateKeyPair({ kind: 'sm2' }) };
    const certificate = makeCertificate(
      { subject: middle.name, key: middle.key, issuer: world.issuer, extensions: [basicConstraints(), keyUsage(5, 6)] },
      world.ops,
    );
    const leaf = world.leaf({ serial: 77, issuer: middle });
    expect((await world.validate(leaf)).body.reason.code).toBe('ERR_PATH_UNKNOWN_ISSUER');
    world.double.serve('/issuers.cer', () => certificate.der);
    await world.setSources({ caIssuers: [{ url: world.double.url('/issuers.cer') }] });
    await world.service.evidence?.sync();
    expect((await world.validate(leaf)).body).toMatchObject({ indication: 'passed', path: [{}, {}, {}] });
  });
});
