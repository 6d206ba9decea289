import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { general, name } from '../../core/test/support/test-ca.ts';
import { freshestCrl } from '../../core/test/support/test-crl.ts';
import { readConfig } from '../src/config.ts';
import { createEvidence } from '../src/evidence/index.ts';
import { deltaOf, EvidenceWorld, evidenceSettings, hours } from './support/evidence-world.ts';
import { misbehaviours } from './support/source-double.ts';

/** What a service says of a certificate whose status nobody could be asked about. */
const open = (cause: unknown) => ({
  indication: 'indeterminate',
  reason: { code: 'ERR_REVOCATION_UNKNOWN', params: { cause } },
  revocation: { checked: false },
});

describe.each([
  ['sm2', { kind: 'sm2' }],
  ['rsa', { kind: 'rsa', bits: 2048 }],
] as const)('revocation lists of a registered CA, with %s keys', (family, kind) => {
  let world: EvidenceWorld;
  beforeAll(async () => {
    world = await EvidenceWorld.create(kind);
  });
  afterAll(() => world.close());

  it('decide, and are downloaded once', async () => {
    world.double.serve('/good.crl', () => world.revoking([2001]));
    await world.useLists('/good.crl');
    const [good, bad] = [world.leaf({ serial: 1001 }), world.leaf({ serial: 2001 })];
    const answers = await Promise.all([good, bad, good, bad].map((leaf) => world.validate(leaf)));
    for (const { status } of answers) expect(status).toBe(200);
    expect(answers.map(({ body }) => body.indication)).toEqual(['passed', 'failed', 'passed', 'failed']);
    expect(answers[0]?.body).toMatchObject({
      revocation: { checked: true, source: 'crl', ageSeconds: 3600 },
      sources: [{ kind: 'crl', outcome: 'current', url: world.double.url('/good.crl') }],
    });
    expect(answers[1]?.body.reason.code).toBe('ERR_REVOCATION_REVOKED');
    expect(world.double.countOf('/good.crl')).toBe(1);
    const [source] = await world.sources();
    expect(source).toMatchObject({ failures: 0, list: { entries: 1, crlNumber: '10', stale: false } });
  });

  // What a source does is the same for every key.
  it.each(family === 'sm2' ? misbehaviours : (['garbage'] as const))(
    'whose source does this: %s, leave the status open, and recover by themselves',
    async (how) => {
      const path = `/${how}.crl`;
      world.double.serve(path, () => world.revoking([2002]));
      world.double.misbehaviours.set(path, how);
      await world.useLists(path);
      const leaf = world.leaf({ serial: 1002 });
      for (const revocation of ['if-available', 'require'] as const) {
        const { status, body } = await world.validate(leaf, { revocation });
        expect(status, JSON.stringify(body)).toBe(200);
        expect(body).toMatchObject(open(expect.stringMatching(/^ERR_EVIDENCE_/)));
        expect(body.sources).toMatchObject([
          { kind: 'crl', outcome: 'failed', reason: { code: body.reason.params.cause } },
        ]);
      }
      // The rest of the pause, and nobody does anything.
      world.double.misbehaviours.delete(path);
      world.service.advance(10_000);
      expect((await world.validate(leaf)).body).toMatchObject({ indication: 'passed', revocation: { checked: true } });
      expect((await world.validate(world.leaf({ serial: 2002 }))).body.indication).toBe('failed');
    },
  );
});

describe('a revocation list', () => {
  let world: EvidenceWorld;
  beforeAll(async () => {
    world = await EvidenceWorld.create({ kind: 'sm2' });
  });
  afterAll(() => world.close());

  it('counts until its end though its source is gone, and then is known with its age', async () => {
    world.double.serve('/aging.crl', () => world.revoking([7]));
    await world.useLists('/aging.crl');
    const leaf = world.leaf({ serial: 1 });
    expect((await world.validate(leaf)).body.indication).toBe('passed');
    world.double.misbehaviours.set('/aging.crl', '500');
    world.service.advance(23 * 3_600_000);
    await world.service.evidence?.sync();
    expect((await world.sources())[0]).toMatchObject({ failures: 1, lastError: { code: 'ERR_EVIDENCE_STATUS' } });
    expect((await world.validate(leaf)).body).toMatchObject({
      indication: 'passed',
      revocation: { checked: true, ageSeconds: 24 * 3600 },
    });
    world.service.advance(2 * 3_600_000);
    await world.service.evidence?.sync();
    expect((await world.validate(leaf)).body).toMatchObject({
      indication: 'indeterminate',
      reason: {
        code: 'ERR_REVOCATION_UNKNOWN',
        params: { cause: 'ERR_REVOCATION_STALE', producedAt: hours(-1).toISOString(), ageSeconds: 26 * 3600 },
      },
      sources: [{ outcome: 'known', reason: { code: expect.stringMatching(/^ERR_EVIDENCE_/) } }],
    });
    // A certificate that the old list revokes stays revoked.
    expect((await world.validate(world.leaf({ serial: 7 }))).body.indication).toBe('failed');
    const alarms = await world.audit('evidence.list-stale');
    expect(alarms).toMatchObject([{ target: world.caId, reason: 'ERR_REVOCATION_STALE', actor: 'service' }]);
    expect(await world.audit('evidence.source-failing')).toHaveLength(1);

    world.double.misbehaviours.delete('/aging.crl');
    world.double.serve('/aging.crl', () => world.crl({ thisUpdate: hours(25), nextUpdate: hours(49), number: 11 }));
    world.service.advance(600_000);
    await world.service.evidence?.sync();
    expect((await world.validate(leaf)).body.indication).toBe('passed');
    expect(await world.audit('evidence.source-recovered')).toHaveLength(1);
    await world.service.evidence?.sync();
    expect(await world.audit('evidence.list-current')).toHaveLength(1);
    world.service.advance(-25 * 3_600_000 - 600_000);
  });

  it('that is out of date when it comes decides nothing, and says how old it is', async () => {
    world.double.serve('/stale.crl', () => world.crl({ thisUpdate: hours(-48), nextUpdate: hours(-24) }));
    await world.useLists('/stale.crl');
    expect((await world.validate(world.leaf({ serial: 1 }))).body).toMatchObject({
      indication: 'indeterminate',
      reason: { params: { cause: 'ERR_REVOCATION_STALE', ageSeconds: 48 * 3600 } },
      sources: [{ outcome: 'known' }],
    });
  });

  it.each([
    ['with a lower number', { number: 9, thisUpdate: hours(-0.5) }, 'ERR_EVIDENCE_WENT_BACK'],
    ['of the same number but older', { number: 10, thisUpdate: hours(-2) }, 'ERR_EVIDENCE_WENT_BACK'],
    ['without a number and older', { number: null, thisUpdate: hours(-2) }, 'ERR_EVIDENCE_WENT_BACK'],
    ['from the future', { number: 11, thisUpdate: hours(5) }, 'ERR_EVIDENCE_REJECTED'],
  ] as const)('%s does not take the place of the known one', async (what, spec, code) => {
    const path = `/back-${what.replaceAll(' ', '-')}.crl`;
    world.double.serve(path, () => world.revoking([8]));
    await world.useLists(path);
    const bad = world.leaf({ serial: 8 });
    expect((await world.validate(bad)).body.indication).toBe('failed');
    world.double.serve(path, () => world.crl(spec));
    await world.service.call('POST', `/v1/cas/${world.caId}/sources/refresh`, { token: world.service.administrator });
    const [source] = await world.sources();
    expect(source).toMatchObject({ failures: 1, lastError: { code }, list: { crlNumber: '10' } });
    expect((await world.validate(bad)).body.reason.code).toBe('ERR_REVOCATION_REVOKED');
  });

  it('may begin anew after an operator has said so', async () => {
    world.double.serve('/anew.crl', () => world.crl({ number: 900 }));
    await world.useLists('/anew.crl');
    const refresh = () =>
      world.service.call('POST', `/v1/cas/${world.caId}/sources/refresh`, { token: world.service.administrator });
    await refresh();
    world.double.serve('/anew.crl', () => world.crl({ number: 3 }));
    expect((await refresh()).body.items[0].lastError.code).toBe('ERR_EVIDENCE_WENT_BACK');
    const [{ source }] = await world.sources();
    const forget = (token: string, name: string) =>
      world.service.call('POST', `/v1/cas/${world.caId}/sources/forget-list`, { token, body: { source: name } });
    expect((await forget(await world.service.caller('platform'), source)).status).toBe(403);
    expect((await forget(world.service.administrator, 'crl x y')).status).toBe(404);
    expect((await forget(world.service.administrator, source)).status).toBe(200);
    expect((await refresh()).body.items[0]).toMatchObject({ failures: 0, list: { crlNumber: '3' } });
  });

  it('of somebody else’s key is not taken', async () => {
    const other = { name: world.issuer.name, key: world.ops.generateKeyPair({ kind: 'sm2' }) };
    world.double.serve('/forged.crl', () => world.crl({ issuer: other, number: 999 }));
    await world.useLists('/forged.crl');
    expect((await world.validate(world.leaf({ serial: 1 }))).body).toMatchObject(open('ERR_EVIDENCE_REJECTED'));
    const stranger = { name: name('stranger'), key: other.key };
    world.double.serve('/stranger.crl', () => world.crl({ issuer: stranger }));
    await world.useLists('/stranger.crl');
    const { body } = await world.validate(world.leaf({ serial: 1 }));
    expect(body).toMatchObject({
      ...open('ERR_EVIDENCE_REJECTED'),
      sources: [{ reason: { params: { cause: 'ERR_REVOCATION_SIGNER_UNKNOWN' } } }],
    });
  });

  it('is had again from the database after a restart, while its source is down', async () => {
    world.double.serve('/kept.crl', () => world.revoking([9]));
    await world.useLists('/kept.crl');
    expect((await world.validate(world.leaf({ serial: 9 }))).body.indication).toBe('failed');
    world.double.misbehaviours.set('/kept.crl', 'close');
    const { ports } = world.service;
    const logger = { warn: () => undefined, info: () => undefined, error: (data: object) => expect.fail(String(data)) };
    const restarted = createEvidence({ ...ports, config: { ...readConfig({}), ...evidenceSettings }, logger });
    await restarted.load();
    const trust = await ports.trust.current(ports.store);
    const ask = () => restarted.gather({ certificates: [world.leaf({ serial: 9 })], candidates: [], trust });
    expect(await ask()).toMatchObject({
      crls: [{ crlNumber: 10n, entryCount: 1 }],
      unanswered: [],
      sources: [{ outcome: 'current' }],
    });
    expect(world.double.countOf('/kept.crl')).toBe(1);
    await restarted.close();
  });

  it('is downloaded by one of several nodes, and read from the database by the others', async () => {
    world.double.serve('/nodes.crl', () => world.revoking([9]));
    await world.useLists('/nodes.crl');
    const { ports } = world.service;
    const logger = { warn: () => undefined, info: () => undefined, error: (data: object) => expect.fail(String(data)) };
    const nodes = Array.from({ length: 3 }, () =>
      createEvidence({ ...ports, config: { ...readConfig({}), ...evidenceSettings }, logger }),
    );
    await Promise.all(nodes.map((node) => node.sync()));
    await Promise.all(nodes.map((node) => node.sync()));
    const trust = await ports.trust.current(ports.store);
    for (const node of nodes)
      expect(node.sources(trust).find(({ url }) => url.endsWith('/nodes.crl'))?.list).toMatchObject({ entries: 1 });
    expect(world.double.countOf('/nodes.crl')).toBe(1);
    await Promise.all(nodes.map((node) => node.close()));
  });

  it('that was changed in the database is not believed', async () => {
    world.double.serve('/tampered.crl', () => world.revoking([9]));
    await world.useLists('/tampered.crl');
    await world.validate(world.leaf({ serial: 9 }));
    const { ports, database } = world.service;
    const [{ list }] = await world.sources();
    const forged = Buffer.from(
      world.crl({ issuer: { name: world.issuer.name, key: world.ops.generateKeyPair({ kind: 'sm2' }) } }),
    );
    const literal =
      database.location.engine === 'postgres' ? `'\\x${forged.toString('hex')}'` : `x'${forged.toString('hex')}'`;
    await database.sql(`update evidence_parts set bytes = ${literal} where digest = '${list.digest}'`);
    await database.sql(`update evidence_lists set size = ${forged.length} where digest = '${list.digest}'`);
    world.double.misbehaviours.set('/tampered.crl', '500');
    const logger = { warn: () => undefined, info: () => undefined, error: (data: object) => expect.fail(String(data)) };
    const restarted = createEvidence({ ...ports, config: { ...readConfig({}), ...evidenceSettings }, logger });
    await restarted.load();
    const trust = await ports.trust.current(ports.store);
    const found = await restarted.gather({ certificates: [world.leaf({ serial: 9 })], candidates: [], trust });
    expect(found).toMatchObject({ crls: [], unanswered: [{ reason: { code: 'ERR_EVIDENCE_STATUS' } }] });
    await restarted.close();
  });

  it('is brought up to date by deltas, listed ones and those it names itself', async () => {
    world.double.serve('/delta.crl', () => world.revoking([12], { number: 15, extensions: [deltaOf(10)] }));
    world.double.serve('/base.crl', () =>
      world.revoking([11], { extensions: [freshestCrl(general.uri(world.double.url('/delta.crl')))] }),
    );
    const indications = async () =>
      Promise.all([11, 12, 13].map(async (serial) => (await world.validate(world.leaf({ serial }))).body.indication));
    await world.useLists('/base.crl');
    expect(await indications()).toEqual(['failed', 'failed', 'passed']);
    world.double.serve('/plain.crl', () => world.revoking([11]));
    await world.setSources({
      crl: [{ url: world.double.url('/plain.crl') }],
      deltaCrl: [{ url: world.double.url('/delta.crl') }],
    });
    expect(await indications()).toEqual(['failed', 'failed', 'passed']);
    // A delta that cannot be had leaves what the complete list says.
    world.double.serve('/gone-delta.crl', () => ({ status: 404 }));
    await world.setSources({
      crl: [{ url: world.double.url('/plain.crl') }],
      deltaCrl: [{ url: world.double.url('/gone-delta.crl') }],
    });
    expect(await indications()).toEqual(['failed', 'passed', 'passed']);
  });

  it('in PEM is read too, and one that has not changed does not travel again', async () => {
    const der = world.crl();
    const pem = `-----BEGIN X509 CRL-----\n${Buffer.from(der).toString('base64')}\n-----END X509 CRL-----\n`;
    let asked = 0;
    world.double.serve('/pem.crl', ({ headers }) => {
      asked++;
      return headers['if-none-match'] === '"one"' || asked > 1 ? { status: 304 } : new TextEncoder().encode(pem);
    });
    await world.useLists('/pem.crl');
    expect((await world.validate(world.leaf({ serial: 1 }))).body.indication).toBe('passed');
    await world.service.call('POST', `/v1/cas/${world.caId}/sources/refresh`, { token: world.service.administrator });
    expect((await world.sources())[0]).toMatchObject({ failures: 0 });
    expect(asked).toBe(2);
  });

  it('is asked for once by many, and a source that keeps failing is left alone', async () => {
    world.double.serve('/once.crl', () => world.crl());
    await world.useLists('/once.crl');
    await Promise.all(Array.from({ length: 20 }, () => world.validate(world.leaf({ serial: 1 }))));
    expect(world.double.countOf('/once.crl')).toBe(1);
    world.double.serve('/broken.crl', () => ({ status: 503 }));
    await world.useLists('/broken.crl');
    const causes = [];
    for (let index = 0; index < 6; index++)
      causes.push((await world.validate(world.leaf({ serial: 1 }))).body.reason.params.cause);
    expect(causes.slice(0, 3)).toEqual(Array.from({ length: 3 }, () => 'ERR_EVIDENCE_STATUS'));
    expect(causes.slice(3)).toEqual(Array.from({ length: 3 }, () => 'ERR_EVIDENCE_SUSPENDED'));
    expect(world.double.countOf('/broken.crl')).toBe(3);
    world.service.advance(60_000);
    await world.validate(world.leaf({ serial: 1 }));
    expect(world.double.countOf('/broken.crl')).toBe(4);
  });

  it('is asked again when a clock that was a day ahead is right again', async () => {
    const right = world.service.ports.clock();
    world.double.serve('/ahead.crl', () => ({ status: 503 }));
    world.service.setClock(new Date(right.getTime() + 86_400_000));
    await world.useLists('/ahead.crl');
    for (let tries = 0; tries < 3; tries++) await world.validate(world.leaf({ serial: 1 }));
    expect((await world.sources())[0]).toMatchObject({ failures: 3 });
    world.service.setClock(right);
    world.double.serve('/ahead.crl', () => world.crl());
    // Nobody helps it now.
    const { body } = await world.validate(world.leaf({ serial: 1 }));
    expect(body).toMatchObject({ indication: 'passed', revocation: { checked: true } });
  });
});

describe('evidence, elsewhere', () => {
  it('counts for logins: nobody logs in by a certificate whose status cannot be known', async () => {
    const world = await EvidenceWorld.create({ kind: 'sm2' });
    world.double.serve('/login.crl', () => world.revoking([2]));
    world.double.misbehaviours.set('/login.crl', 'close');
    await world.useLists('/login.crl');
    const [good, bad] = [world.leaf({ serial: 1 }), world.leaf({ serial: 2 })];
    expect((await world.login(good)).body).toMatchObject({ indication: 'indeterminate', identity: null });
    world.double.misbehaviours.delete('/login.crl');
    expect((await world.login(good)).body).toMatchObject({ indication: 'passed' });
    expect((await world.login(bad)).body).toMatchObject({ indication: 'failed', identity: null });
    await world.close();
  });

  it('travels to threads, lists without being copied', async () => {
    const world = await EvidenceWorld.create({ kind: 'sm2' }, { verificationThreads: 1 });
    world.double.serve('/threads.crl', () => world.revoking([2]));
    await world.useLists('/threads.crl');
    const answers = await Promise.all([1, 2, 3, 2].map((serial) => world.validate(world.leaf({ serial }))));
    expect(answers.map(({ body }) => body.indication)).toEqual(['passed', 'failed', 'passed', 'failed']);
    await world.close();
  });
});
