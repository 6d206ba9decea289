import { readFileSync } from 'node:fs';
import path from 'node:path';
import { toBase64 } from '@onelock/core/bytes';
import { judgeCertificate } from '@onelock/core/validation';
import { parseCertificate } from '@onelock/core/x509';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { makeCrl } from '../../core/test/support/test-crl.ts';
import { makeResponse } from '../../core/test/support/test-ocsp.ts';
import { publishedVector } from '../../tools/src/test-setup/real-parts.ts';
import { requireReal } from '../../tools/src/test-setup/require-real.ts';
import { derOf, pem, pkiCases, testKey } from './support/pki.ts';
import { replayEverything } from './support/replay.ts';
import { createTestService, type TestService } from './support/service.ts';

let service: TestService;
beforeAll(async () => {
  service = await createTestService();
});
afterAll(() => service.close());

const validate = (body: object, token = service.administrator) =>
  service.call('POST', '/v1/certificates/validate', { token, body });

describe('the judgements of our own hierarchy, over HTTP', () => {
  it.each(pkiCases().map((one) => [one.id, one] as const))('%s', async (_id, one) => {
    const { expected, leaf, intermediates, trust, at } = one;
    const { status, body } = await validate({
      at,
      certificate: pem(leaf),
      intermediates: intermediates.map(pem),
      trustAnchors: trust.map(pem),
    });
    expect(status, JSON.stringify(body)).toBe(200);
    expect({ indication: body.indication, ...(expected.code && { code: body.reason?.code }) }).toEqual(expected);
  });
});

requireReal('the folder of published cases', publishedVector('gm-x509'))(
  'published national chains, over HTTP',
  (folder) => {
    const file = (name: string): Uint8Array => new Uint8Array(readFileSync(path.join(folder, `${name}.cer`)));
    const text = (name: string): string => toBase64(file(name));
    /** In the validity of all. */
    const at = '2025-06-01T00:00:00Z';
    const chains = [
      ['x509_additional-sm2Certificate', 'ROOTCA-NRCAC-sm2-root', 'SHECA under the national SM2 root'],
      ['GDCA-sm2-intermediate', 'ROOTCA-NRCAC-sm2-root', 'GDCA under the national SM2 root'],
      ['websvr-sm2_sign_cert', 'websvr-SM2_CA', 'an SM2 signing certificate'],
      ['websvr-sm2_enc_cert', 'websvr-SM2_CA', 'an SM2 encryption certificate'],
      ['websvr-sm2_auth_cert', 'websvr-SM2_CA', 'an SM2 client certificate'],
      ['websvr-rsa_sign', 'websvr-RSA_CA', 'an RSA signing certificate'],
      ['websvr-rsa_auth_cert', 'websvr-RSA_CA', 'an RSA client certificate'],
    ] as const;
    const ask = (leaf: string, root: string, when = at) =>
      validate({ certificate: leaf, trustAnchors: [root], at: when });

    it.each(chains)('%s passes under %s (%s), and core says the same', async (leaf, root) => {
      const { body } = await ask(text(leaf), text(root));
      expect(body).toMatchObject({ indication: 'passed', revocation: { checked: false } });
      expect(body.path).toHaveLength(2);
      const direct = judgeCertificate(
        {
          certificate: parseCertificate(file(leaf)),
          intermediates: [],
          trustAnchors: [{ kind: 'certificate', certificate: parseCertificate(file(root)) }],
          at: new Date(at),
          profile: 'rfc5280',
          revocation: 'if-available',
        },
        service.ports.ops,
      );
      const { admission, ...report } = body;
      expect(report).toEqual(JSON.parse(JSON.stringify(direct)));
      expect(admission).toEqual({ decision: 'admitted' });
    });

    it.each(chains)('%s with one byte of its signature changed fails', async (leaf, root) => {
      const changed = file(leaf);
      const last = changed.length - 1;
      changed[last] = (changed[last] ?? 0) ^ 1;
      const { body } = await ask(toBase64(changed), text(root));
      expect(body).toMatchObject({ indication: 'failed', reason: { code: 'ERR_PATH_SIGNATURE_INVALID' } });
    });

    it.each(chains)('%s with any one byte changed never passes', async (leaf, root) => {
      const original = file(leaf);
      for (let step = 0; step < 24; step++) {
        const changed = original.slice();
        const position = Math.floor(((step + 0.5) / 24) * changed.length);
        changed[position] = (changed[position] ?? 0) ^ 0x20;
        const { status, body } = await ask(toBase64(changed), text(root));
        expect([200, 400, 413, 422], `byte ${position}: ${JSON.stringify(body)}`).toContain(status);
        expect(body.indication, `byte ${position}`).not.toBe('passed');
      }
    });

    it.each(chains)('%s fails when its time is over, under %s', async (leaf, root) => {
      const { body } = await ask(text(leaf), text(root), '2055-01-01T00:00:00Z');
      expect(body).toMatchObject({ indication: 'failed', reason: { code: 'ERR_PATH_EXPIRED' } });
    });

    it.each(chains)('%s does not pass under a root that is not its own', async (leaf, root) => {
      const other = root === 'ROOTCA-NRCAC-sm2-root' ? 'websvr-SM2_CA' : 'ROOTCA-NRCAC-sm2-root';
      const { body } = await ask(text(leaf), text(other));
      expect(body.indication).not.toBe('passed');
      expect(body.reason.code).toBe('ERR_PATH_UNKNOWN_ISSUER');
    });

    it('two roots of one name and other keys are told apart', async () => {
      const { body } = await ask(text('websvr-sm2_sign_cert'), text('websvr-RSA_CA'));
      expect(body.indication).not.toBe('passed');
    });
  },
);

describe('the CA registry', () => {
  it('counts from the next judgement on, and stops counting when the CA is off-boarded', async () => {
    const platform = await service.caller('platform');
    const ask = () => validate({ certificate: pem('sm2/leaf') }, platform);
    expect((await ask()).body.indication).not.toBe('passed');

    const operator = await service.caller('operator');
    const registered = await service.call('POST', '/v1/cas', {
      token: operator,
      body: {
        name: '示范 CA',
        anchors: [pem('sm2/root')],
        intermediates: [toBase64(derOf('sm2/intermediate'))],
      },
    });
    expect(registered.status, JSON.stringify(registered.body)).toBe(201);
    expect(registered.body).toMatchObject({ state: 'active', anchors: [{}], intermediates: [{}] });
    expect((await ask()).body.indication).toBe('passed');

    const url = `/v1/cas/${registered.body.id}`;
    const left = await service.call('DELETE', url, { token: operator });
    expect(left.body.state).toBe('off-boarded');
    expect((await ask()).body).toMatchObject({ reason: { code: 'ERR_PATH_UNKNOWN_ISSUER' } });
    expect((await service.call('GET', url, { token: platform })).body.state).toBe('off-boarded');

    const back = await service.call('PATCH', url, {
      token: operator,
      body: { state: 'active', name: '示范 CA（恢复）' },
    });
    expect(back.body).toMatchObject({ state: 'active', name: '示范 CA（恢复）' });
    expect((await ask()).body.indication).toBe('passed');

    const { body } = await service.call('GET', `/v1/audit?target=${registered.body.id}&order=newest-first`, {
      token: service.administrator,
    });
    const acts = body.items.map(({ action }: { action: string }) => action);
    expect(acts).toEqual(['ca.on-board', 'ca.off-board', 'ca.register']);
    await service.call('DELETE', url, { token: operator });
  });

  it('takes a bundle of several certificates in one text, each once', async () => {
    const bundle = `${pem('rsa/root')}\n${pem('p256/root')}\n${pem('rsa/root')}`;
    const { status, body } = await service.call('POST', '/v1/cas', {
      token: service.administrator,
      body: { name: 'bundle', anchors: [bundle, pem('p256/root')] },
    });
    expect(status).toBe(201);
    expect(body.anchors).toHaveLength(2);
    await service.call('DELETE', `/v1/cas/${body.id}`, { token: service.administrator });
  });

  it.each(['sm2/leaf', 'rsa/ca-false'])(
    'refuses %s, which is no CA, as an anchor and as an intermediate',
    async (name) => {
      for (const list of [
        { anchors: [pem(name)] },
        { anchors: [pem('sm2/root')], intermediates: [pem('sm2/intermediate'), pem(name)] },
      ]) {
        const { status, body } = await service.call('POST', '/v1/cas', {
          token: service.administrator,
          body: { name: 'x', ...list },
        });
        expect(status).toBe(400);
        expect(body.error).toMatchObject({ code: 'ERR_REQUEST_INVALID', params: { rule: 'a CA certificate' } });
        expect(body.error.params.field).toBe('intermediates' in list ? '/intermediates/1' : '/anchors/0');
      }
    },
  );

  it('is listed page by page', async () => {
    const made: string[] = [];
    for (let index = 0; index < 5; index++) {
      const { body } = await service.call('POST', '/v1/cas', {
        token: service.administrator,
        body: { name: `CA ${index}`, anchors: [pem('rsa/root')] },
      });
      made.push(body.id);
    }
    const seen: string[] = [];
    let url = '/v1/cas?limit=2';
    for (;;) {
      const { body } = await service.call('GET', url, { token: service.administrator });
      seen.push(...body.items.map(({ id }: { id: string }) => id));
      if (body.nextCursor === null) break;
      url = `/v1/cas?limit=2&cursor=${body.nextCursor}`;
    }
    expect(seen).toEqual([...seen].sort());
    expect(seen).toEqual(expect.arrayContaining(made));
    expect(new Set(seen).size).toBe(seen.length);
  });
});

describe('evidence of one’s own', () => {
  it.each([
    ['trustAnchors', []],
    ['at', '2026-01-01T00:00:00Z'],
    ['profile', 'rfc5280'],
    ['revocation', 'none'],
    ['crls', []],
    ['ocspResponses', []],
    ['policies', {}],
  ])('as %s needs the permission', async (field, value) => {
    for (const role of ['platform', 'vendor', 'supervisor', 'agent'] as const) {
      const refused = await validate({ certificate: pem('rsa/leaf'), [field]: value }, await service.caller(role));
      expect(refused.status).toBe(403);
      expect(refused.body.error).toMatchObject({
        code: 'ERR_AUTH_PERMISSION_REQUIRED',
        params: { permission: 'explicit-evidence', field: `/${field}` },
      });
    }
    const granted = await service.caller('platform', { permissions: ['explicit-evidence'] });
    expect((await validate({ certificate: pem('rsa/leaf'), [field]: value }, granted)).status).toBe(200);
    const operator = await service.caller('operator');
    expect((await validate({ certificate: pem('rsa/leaf'), [field]: value }, operator)).status).toBe(200);
  });

  it('makes revocation that is required and cannot be known indeterminate, not good', async () => {
    const { body } = await validate({
      certificate: pem('rsa/leaf'),
      intermediates: [pem('rsa/intermediate')],
      trustAnchors: [pem('rsa/root')],
      revocation: 'require',
    });
    expect(body).toMatchObject({ indication: 'indeterminate', reason: { code: 'ERR_REVOCATION_UNKNOWN' } });
  });
});

describe('revocation evidence that a caller brings', () => {
  const at = '2026-06-01T00:00:00Z';
  const issuer = (name: string) => {
    const certificate = parseCertificate(derOf(name));
    const key = { privateKey: testKey(name), publicKey: certificate.publicKey };
    return { certificate, signer: { name: certificate.subjectDer, key } };
  };
  const ask = (family: string, evidence: object) =>
    validate({
      ...{ certificate: pem(`${family}/leaf`), intermediates: [pem(`${family}/intermediate`)], at },
      ...{ trustAnchors: [pem(`${family}/root`)], ...evidence },
    });

  it.each(['rsa', 'sm2', 'p256'])('decides, with %s keys', async (family) => {
    const { ops } = service.ports;
    const [intermediate, root] = [issuer(`${family}/intermediate`), issuer(`${family}/root`)];
    const leaf = parseCertificate(derOf(`${family}/leaf`));
    const entries = [{ serial: BigInt(`0x${leaf.serialNumber}`), reason: 1 }];
    const good = [makeCrl({ issuer: intermediate.signer }, ops), makeCrl({ issuer: root.signer }, ops)].map(toBase64);
    const bad = toBase64(makeCrl({ issuer: intermediate.signer, entries }, ops));
    const response = makeResponse({ leaf, issuer: intermediate.certificate, key: intermediate.signer.key }, ops);
    expect((await ask(family, { crls: good, revocation: 'require' })).body).toMatchObject({
      indication: 'passed',
      revocation: {
        mode: 'require',
        checked: true,
        source: 'crl',
        producedAt: '2026-05-01T00:00:00.000Z',
        ageSeconds: 2678400,
      },
    });
    expect((await ask(family, { crls: [bad] })).body).toMatchObject({
      indication: 'failed',
      reason: { code: 'ERR_REVOCATION_REVOKED', params: { reason: 'keyCompromise' } },
    });
    expect((await ask(family, { ocspResponses: [toBase64(response)] })).body).toMatchObject({
      indication: 'passed',
      revocation: { checked: true, source: 'ocsp' },
    });
    expect((await ask(family, { crls: good, at: '2026-08-01T00:00:00Z' })).body).toMatchObject({
      indication: 'indeterminate',
      reason: { code: 'ERR_REVOCATION_UNKNOWN', params: { cause: 'ERR_REVOCATION_STALE' } },
      revocation: { checked: false },
    });
  });

  it('that cannot be read decides nothing', async () => {
    for (const evidence of [{ crls: ['MAA='] }, { ocspResponses: ['MAA='] }])
      expect((await ask('rsa', evidence)).body).toMatchObject({ indication: 'indeterminate' });
  });
});

describe('what is remembered of a judgement', () => {
  it('is its outcome and digests, in the log before the answer', async () => {
    const { body } = await validate({ certificate: pem('sm2/leaf'), at: '2026-06-01T00:00:00Z', trustAnchors: [] });
    const audit = await service.call('GET', '/v1/audit?limit=1&order=newest-first', {
      token: service.administrator,
    });
    const [entry] = audit.body.items;
    const digest = Buffer.from(service.ports.ops.digest('sm3', derOf('sm2/leaf'))).toString('hex');
    expect(entry).toMatchObject({ target: `sm3:${digest}`, outcome: body.indication, reason: body.reason.code });
  });

  it('has no identity number in it, nor has the answer', async () => {
    const { body } = await validate({
      certificate: pem('sm2/person'),
      intermediates: [pem('sm2/intermediate')],
      trustAnchors: [pem('sm2/root')],
    });
    expect(body.indication).toBe('passed');
    const audit = await service.call('GET', '/v1/audit?limit=200&order=newest-first', {
      token: service.administrator,
    });
    const number = /(?<!\d)[1-8]\d{5}(?:19|20)\d{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])\d{3}[\dXx](?!\d)/;
    expect(JSON.stringify(body)).not.toMatch(number);
    expect(JSON.stringify(audit.body)).not.toMatch(number);
  });
});

describe('what was judged above', () => {
  it('comes to the same again from the evidence that was kept', async () => {
    const replays = await replayEverything(service);
    expect(replays.length).toBeGreaterThan(60);
    expect(replays.filter(({ replay }) => replay.outcome !== 'same')).toEqual([]);
  });
});
