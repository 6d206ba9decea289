import { derOid, derSequence, oids } from '@onelock/core/asn1';
import { parseOcspRequest } from '@onelock/core/revocation';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { extension, makeCertificate, name } from '../../core/test/support/test-ca.ts';
import { revokedStatus } from '../../core/test/support/test-ocsp.ts';
import { readConfig } from '../src/config.ts';
import { createEvidence } from '../src/evidence/index.ts';
import { EvidenceWorld, evidenceSettings, hours } from './support/evidence-world.ts';
import { misbehaviours } from './support/source-double.ts';

describe('a responder of a registered CA', () => {
  let world: EvidenceWorld;
  beforeAll(async () => {
    world = await EvidenceWorld.create({ kind: 'rsa', bits: 2048 });
  });
  afterAll(() => world.close());

  it('decides, and is asked again when its answer ends', async () => {
    const leaf = world.leaf({ serial: 1 });
    world.double.serve('/ocsp', world.respond([leaf]));
    await world.useResponder('/ocsp');
    for (let index = 0; index < 3; index++)
      expect((await world.validate(leaf, { revocation: 'require' })).body).toMatchObject({
        indication: 'passed',
        revocation: { checked: true, source: 'ocsp', ageSeconds: 3600 },
        sources: [{ kind: 'ocsp', outcome: 'current' }],
      });
    expect(world.double.countOf('/ocsp')).toBe(1);
    world.double.serve('/ocsp', world.respond([leaf], { status: revokedStatus(hours(0.5), 1), thisUpdate: hours(1) }));
    world.service.advance(2 * 3_600_000);
    expect((await world.validate(leaf)).body.reason.code).toBe('ERR_REVOCATION_REVOKED');
    expect(world.double.countOf('/ocsp')).toBe(2);
    world.service.advance(-2 * 3_600_000);
  });

  it.each(misbehaviours)('that does this: %s, leaves the status open, and recovers by itself', async (how) => {
    const leaf = world.leaf({ serial: 100 + misbehaviours.indexOf(how) });
    const path = `/ocsp-${how}`;
    world.double.serve(path, world.respond([leaf]));
    world.double.misbehaviours.set(path, how);
    await world.useResponder(path);
    const modes = ['if-available', 'require'] as const;
    for (const { status, body } of await Promise.all(modes.map((revocation) => world.validate(leaf, { revocation })))) {
      expect(status, JSON.stringify(body)).toBe(200);
      expect(body).toMatchObject({
        indication: 'indeterminate',
        reason: { code: 'ERR_REVOCATION_UNKNOWN', params: { cause: expect.stringMatching(/^ERR_EVIDENCE_/) } },
        revocation: { checked: false },
        sources: [{ kind: 'ocsp', outcome: 'failed' }],
      });
    }
    world.double.misbehaviours.delete(path);
    world.service.advance(10_000);
    expect((await world.validate(leaf)).body).toMatchObject({ indication: 'passed', revocation: { checked: true } });
  });
});

describe('a responder', () => {
  let world: EvidenceWorld;
  beforeAll(async () => {
    world = await EvidenceWorld.create({ kind: 'sm2' });
  });
  afterAll(() => world.close());
  let serial = 1000;

  it.each([
    ['POST of RFC 6960', {}, 'POST'],
    ['GET of RFC 5019', { ocspMethod: 'get' }, 'GET'],
  ] as const)('is asked by %s', async (_what, settings, method) => {
    const leaf = world.leaf({ serial: serial++ });
    world.double.serve('/how', world.respond([leaf]));
    await world.useResponder('/how', settings);
    expect((await world.validate(leaf)).body.revocation.checked).toBe(true);
    const last = world.double.received.at(-1);
    expect(last?.method).toBe(method);
    expect(last?.headers.accept).toBe('application/ocsp-response');
    if (method === 'POST') expect(last?.headers['content-type']).toBe('application/ocsp-request');
  });

  it('must give the nonce back where the CA’s does, and need not where others leave it away', async () => {
    const withNonce = world.leaf({ serial: serial++ });
    world.double.serve('/nonce', world.respond([withNonce]));
    await world.useResponder('/nonce', { ocspNonce: 'require' });
    expect((await world.validate(withNonce)).body.indication).toBe('passed');
    const nonces = world.double.received.slice(-1).map(({ body }) => parseOcspRequest(body).nonce);
    expect(nonces[0]).toHaveLength(32);

    const [first, second, third] = [serial++, serial++, serial++].map((number) => world.leaf({ serial: number }));
    if (first === undefined || second === undefined || third === undefined) throw new Error('three leaves');
    world.double.serve('/no-nonce', world.respond([first, second], { extensions: [] }));
    await world.useResponder('/no-nonce', { ocspNonce: 'require' });
    expect((await world.validate(first)).body).toMatchObject({
      indication: 'indeterminate',
      sources: [{ reason: { params: { cause: 'ERR_REVOCATION_NONCE_MISMATCH' } } }],
    });
    await world.useResponder('/no-nonce', { ocspNonce: 'send' });
    expect((await world.validate(second)).body.indication).toBe('passed');
    const replayed = extension(oids.ocspNonce, false, Uint8Array.of(4, 2, 1, 1));
    world.double.serve('/replay', world.respond([third], { extensions: [replayed] }));
    await world.useResponder('/replay', { ocspNonce: 'send' });
    expect((await world.validate(third)).body.indication).toBe('indeterminate');
  });

  it('that knows certificates by SM3 alone is asked by SM3', async () => {
    const leaf = world.leaf({ serial: serial++ });
    const honest = world.respond([leaf]);
    const asked: string[] = [];
    world.double.serve('/sm3', (request) => {
      const [id] = parseOcspRequest(request.body).certificateIds;
      asked.push(id?.hashAlgorithm.oid ?? '');
      return id?.hashAlgorithm.oid === oids.sm3 ? honest(request) : Uint8Array.of(0x30, 3, 0x0a, 1, 1);
    });
    await world.useResponder('/sm3');
    expect((await world.validate(leaf)).body.indication).toBe('passed');
    expect(asked).toEqual([oids.sha1, oids.sm3]);
  });

  it('may be one to whom the CA gave that right, and nobody else', async () => {
    const key = world.ops.generateKeyPair({ kind: 'sm2' });
    const delegate = makeCertificate(
      {
        ...{ subject: name('responder'), key, issuer: world.issuer },
        extensions: [
          extension(oids.extendedKeyUsage, false, derSequence(derOid(oids.ocspSigning))),
          extension(oids.ocspNoCheck, false, Uint8Array.of(5, 0)),
        ],
      },
      world.ops,
    );
    const [good, bad] = [world.leaf({ serial: serial++ }), world.leaf({ serial: serial++ })];
    const signed = { responder: delegate.subjectDer, key };
    world.double.serve('/delegate', world.respond([good], { ...signed, certificates: [delegate.der] }));
    await world.useResponder('/delegate');
    expect((await world.validate(good)).body.indication).toBe('passed');
    world.double.serve('/stranger', world.respond([bad], signed));
    await world.useResponder('/stranger');
    const { body } = await world.validate(bad);
    expect(body).toMatchObject({ indication: 'indeterminate', sources: [{ outcome: 'failed' }] });
    // What nobody had the right to say was not remembered.
    world.double.serve('/stranger', world.respond([bad]));
    expect((await world.validate(bad)).body.indication).toBe('passed');
  });

  it.each([
    ['is about another certificate', { leaf: true }, 'ERR_REVOCATION_NOT_AVAILABLE'],
    ['is out of date', { thisUpdate: hours(-48), nextUpdate: hours(-24) }, 'ERR_REVOCATION_STALE'],
    ['is from the future', { thisUpdate: hours(5) }, 'ERR_REVOCATION_NOT_YET_VALID'],
    ['does not know the certificate', { status: Uint8Array.of(0x82, 0) }, 'ERR_REVOCATION_CERTIFICATE_UNKNOWN'],
  ] as const)('whose answer %s decides nothing', async (_what, spec, cause) => {
    const leaf = world.leaf({ serial: serial++ });
    const more = 'leaf' in spec ? { leaf: world.leaf({ serial: 999 }) } : spec;
    world.double.serve('/odd', world.respond([leaf], more));
    await world.useResponder('/odd');
    const { status, body } = await world.validate(leaf);
    expect(status).toBe(200);
    expect(body.indication).toBe('indeterminate');
    expect(JSON.stringify(body)).toContain(cause);
  });

  it('that refuses is a failure by name', async () => {
    const leaf = world.leaf({ serial: serial++ });
    world.double.serve('/later', () => Uint8Array.of(0x30, 3, 0x0a, 1, 3));
    await world.useResponder('/later');
    expect((await world.validate(leaf)).body.sources).toMatchObject([
      { reason: { params: { cause: 'ERR_REVOCATION_RESPONDER_REFUSED try-later' } } },
    ]);
  });

  it('that fails is followed by the next one, and by the list', async () => {
    const leaf = world.leaf({ serial: serial++ });
    world.double.serve('/dead', () => ({ status: 500 }));
    world.double.serve('/alive', world.respond([leaf]));
    world.double.serve('/list.crl', () => world.crl());
    await world.setSources({ ocsp: ['/dead', '/alive'].map((path) => ({ url: world.double.url(path) })) });
    expect((await world.validate(leaf)).body).toMatchObject({ indication: 'passed', revocation: { source: 'ocsp' } });
    const other = world.leaf({ serial: serial++ });
    const crl = [{ url: world.double.url('/list.crl') }];
    await world.setSources({ ocsp: [{ url: world.double.url('/dead') }], crl, prefer: 'ocsp' });
    expect((await world.validate(other)).body).toMatchObject({ indication: 'passed', revocation: { source: 'crl' } });
  });

  it('whose last answer has ended is known with its age, also after a restart', async () => {
    const leaf = world.leaf({ serial: serial++ });
    world.double.serve('/age', world.respond([leaf]));
    await world.useResponder('/age');
    expect((await world.validate(leaf)).body.indication).toBe('passed');
    world.double.misbehaviours.set('/age', '500');
    world.service.advance(13 * 3_600_000);
    expect((await world.validate(leaf)).body).toMatchObject({
      indication: 'indeterminate',
      reason: { params: { cause: 'ERR_REVOCATION_STALE', ageSeconds: 14 * 3600 } },
      sources: [{ outcome: 'known' }],
    });
    const { ports } = world.service;
    const logger = { warn: () => undefined, info: () => undefined, error: (data: object) => expect.fail(String(data)) };
    const restarted = createEvidence({ ...ports, config: { ...readConfig({}), ...evidenceSettings }, logger });
    await restarted.load();
    const trust = await ports.trust.current(ports.store);
    const found = await restarted.gather({ certificates: [leaf], candidates: [], trust });
    expect(found).toMatchObject({ sources: [{ outcome: 'known' }], unanswered: [{}] });
    expect(found.ocspResponses).toHaveLength(1);
    await restarted.close();
    world.service.advance(-13 * 3_600_000);
  });

  it('answers each of many once', async () => {
    const leaf = world.leaf({ serial: serial++ });
    world.double.serve('/many', world.respond([leaf]));
    await world.useResponder('/many');
    await Promise.all(Array.from({ length: 20 }, () => world.validate(leaf)));
    expect(world.double.countOf('/many')).toBe(1);
  });
});
