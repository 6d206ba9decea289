import { oids } from '@onelock/core/asn1';
import { toBase64 } from '@onelock/core/bytes';
import { parseCertificate } from '@onelock/core/x509';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { buildMessage } from '../../core/test/support/message-builder.ts';
import { derOf, pem, testKey } from './support/pki.ts';
import { replayEverything } from './support/replay.ts';
import { createTestService, type TestService } from './support/service.ts';

const symptom = 'pkcs7-types-around-gm-algorithms';
const row = { symptom, since: '2026-01-01', until: '2026-12-31' };

let service: TestService;
let ca: string;
beforeEach(() => start());
afterEach(() => service.close());

async function start(config: object = {}): Promise<void> {
  service = await createTestService(config);
  const made = await service.call('POST', '/v1/cas', {
    token: service.administrator,
    body: { name: 'sm2', anchors: [pem('sm2/root')], intermediates: [pem('sm2/intermediate')] },
  });
  ca = made.body.id;
}

const setProfile = (more: object) =>
  service.call('PUT', `/v1/cas/${ca}/profile`, {
    token: service.administrator,
    body: { contacts: [], serviceLevel: {}, identityPlaces: [], deviations: [], ...more },
  });

/** A message whose types are those of PKCS#7 around GM algorithms, as many in use are. */
async function verify() {
  const content = new TextEncoder().encode('投标文件');
  const certificate = parseCertificate(derOf('sm2/leaf'));
  const spec = { content, certificate, key: testKey('sm2/leaf'), outerType: oids.signedData };
  const message = toBase64(buildMessage(spec, service.ports.ops));
  const { body } = await service.call('POST', '/v1/signatures/verify', {
    token: service.administrator,
    body: { kind: 'message', message },
  });
  return body;
}
const undeclared = {
  indication: 'failed',
  reason: { code: 'ERR_DEVIATION_UNDECLARED', params: { deviation: symptom } },
};

describe('a deviation of a CA’s messages', () => {
  it('is what the project allows to everybody, until the registry says otherwise', async () => {
    expect((await verify()).signers[0]).toMatchObject({
      indication: 'passed',
      deviations: [{ symptom, authority: 'any' }],
    });
    await setProfile({ deviationRule: 'declared-only' });
    expect(await verify()).toMatchObject(undeclared);
  });

  it('that the registry declares is counted under the CA, from its first to its last day', async () => {
    await setProfile({ deviationRule: 'declared-only', deviations: [row] });
    expect((await verify()).signers[0]).toMatchObject({
      indication: 'passed',
      deviations: [{ symptom, authority: ca, until: '2026-12-31' }],
    });
    for (const [since, until] of [
      ['2026-06-02', '2026-12-31'],
      ['2026-01-01', '2026-05-31'],
    ]) {
      await setProfile({ deviationRule: 'declared-only', deviations: [{ symptom, since, until }] });
      expect(await verify()).toMatchObject(undeclared);
    }
  });

  it('is judged alike when the judgement is replayed, whatever the registry says then', async () => {
    await setProfile({ deviationRule: 'declared-only', deviations: [row] });
    await verify();
    await setProfile({ deviationRule: 'declared-only' });
    await verify();
    await setProfile({});
    expect((await replayEverything(service)).map(({ replay }) => replay)).toMatchObject([
      { outcome: 'same', indication: 'passed' },
      { outcome: 'same', indication: 'failed', reason: 'ERR_DEVIATION_UNDECLARED' },
    ]);
  });

  it('counts on the threads that judge too', async () => {
    await service.close();
    await start({ verificationThreads: 1 });
    await setProfile({ deviationRule: 'declared-only' });
    expect(await verify()).toMatchObject(undeclared);
  });

  it('says nothing about the messages of another CA', async () => {
    const rsa = await service.call('POST', '/v1/cas', {
      token: service.administrator,
      body: { name: 'rsa', anchors: [pem('rsa/root')] },
    });
    await service.call('PUT', `/v1/cas/${rsa.body.id}/profile`, {
      token: service.administrator,
      body: { contacts: [], serviceLevel: {}, identityPlaces: [], deviations: [], deviationRule: 'declared-only' },
    });
    expect((await verify()).indication).toBe('passed');
  });

  it.each([
    [{ ...row, symptom: 'anything-goes' }],
    [{ ...row, since: '2026-13-01' }],
    [{ ...row, until: '2025-12-31' }],
    [{ ...row, since: 'always' }],
  ])('is refused as %j', async (deviation) => {
    const { status, body } = await setProfile({ deviations: [deviation] });
    expect([status, body.error.code]).toEqual([400, 'ERR_REQUEST_INVALID']);
  });
});

describe('a raw signature of ECDSA over much content', () => {
  it('can be judged again from what was kept', async () => {
    const content = new Uint8Array(100_000).fill(7);
    const signature = service.ports.ops.sign(testKey('p256/leaf'), { kind: 'ecdsa', digest: 'sha256' }, content);
    const { body } = await service.call('POST', '/v1/signatures/verify', {
      token: service.administrator,
      body: {
        ...{ kind: 'raw', content: toBase64(content), signature: toBase64(signature) },
        certificate: pem('p256/leaf'),
      },
    });
    expect(body.reason?.code).not.toBe('ERR_SIGNATURE_INVALID');
    expect((await replayEverything(service)).map(({ replay }) => replay.outcome)).toEqual(['same']);
  });
});
