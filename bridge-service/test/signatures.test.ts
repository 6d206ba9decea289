import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { toBase64, utf8Encode } from '@onelock/core/bytes';
import { prepareSignedData } from '@onelock/core/cms';
import { parseCertificate } from '@onelock/core/x509';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { opensslCommand } from '../../tools/src/test-setup/real-parts.ts';
import { requireReal } from '../../tools/src/test-setup/require-real.ts';
import { derOf, pem, pkiFile, testKey } from './support/pki.ts';
import { replayEverything } from './support/replay.ts';
import { createTestService, type TestService } from './support/service.ts';

let service: TestService;
beforeAll(async () => {
  service = await createTestService();
});
afterAll(() => service.close());

const verify = (body: object) =>
  service.call('POST', '/v1/signatures/verify', {
    token: service.administrator,
    body: { at: '2026-06-01T00:00:00Z', ...body },
  });
const trusting = (...families: string[]) => ({
  trustAnchors: families.map((family) => pem(`${family}/root`)),
  intermediates: families.map((family) => pem(`${family}/intermediate`)),
});
const content = utf8Encode('投标文件：贵州省某项目，报价 1,234,567.89 元');

requireReal('OpenSSL', opensslCommand())('signatures made by OpenSSL', (openssl) => {
  let folder: string;
  let contentFile: string;
  beforeAll(() => {
    folder = mkdtempSync(path.join(tmpdir(), 'onelock-signatures-'));
    contentFile = path.join(folder, 'content');
    writeFileSync(contentFile, content);
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  const sign = (key: string, ...options: string[]): string => {
    const out = path.join(folder, 'signature');
    execFileSync(openssl, [
      'pkeyutl',
      ...['-sign', '-rawin', '-in', contentFile, '-inkey', pkiFile(`${key}.test-key.pem`), '-out', out],
      ...options,
    ]);
    return toBase64(new Uint8Array(readFileSync(out)));
  };
  const sm2 = (key: string, userId = '1234567812345678'): string =>
    sign(key, '-digest', 'sm3', '-pkeyopt', `distid:${userId}`);
  const message = (...options: string[]): string => {
    const out = path.join(folder, 'message');
    execFileSync(openssl, ['cms', '-sign', '-binary', '-in', contentFile, '-outform', 'DER', '-out', out, ...options]);
    return toBase64(new Uint8Array(readFileSync(out)));
  };
  const signer = (name: string): string[] => [
    '-signer',
    pkiFile(`${name}.pem`),
    '-inkey',
    pkiFile(`${name}.test-key.pem`),
  ];

  it('raw, by SM2, RSA and P-256 certificates, pass; over other content they fail', async () => {
    for (const [family, signature] of [
      ['sm2', sm2('sm2/leaf')],
      ['rsa', sign('rsa/leaf', '-digest', 'sha256')],
      ['p256', sign('p256/leaf', '-digest', 'sha256')],
    ] as const) {
      const question = {
        kind: 'raw',
        content: toBase64(content),
        signature,
        certificate: pem(`${family}/leaf`),
        ...trusting(family),
      };
      const { status, body } = await verify(question);
      expect(status, JSON.stringify(body)).toBe(200);
      expect(body, family).toMatchObject({ kind: 'raw', indication: 'passed', certificate: { indication: 'passed' } });
      const other = await verify({ ...question, content: toBase64(utf8Encode('another price')) });
      expect(other.body, family).toMatchObject({ indication: 'failed', reason: { code: 'ERR_SIGNATURE_INVALID' } });
      const untrusted = await verify({ ...question, trustAnchors: [] });
      expect(untrusted.body.indication, family).not.toBe('passed');
    }
  });

  it('raw, by a bare key, say nothing of trust', async () => {
    const publicKey = execFileSync(openssl, ['pkey', '-in', pkiFile('sm2/leaf.test-key.pem'), '-pubout'], {
      encoding: 'utf8',
    });
    const { body } = await verify({ kind: 'raw', content: toBase64(content), signature: sm2('sm2/leaf'), publicKey });
    expect(body).toMatchObject({ indication: 'passed', certificate: null });
  });

  it('raw, with a user id of their own, pass with that id alone', async () => {
    const question = { kind: 'raw', content: toBase64(content), signature: sm2('sm2/leaf', 'bidder@example.cn') };
    const by = { certificate: pem('sm2/leaf'), ...trusting('sm2') };
    expect((await verify({ ...question, ...by })).body).toMatchObject({ reason: { code: 'ERR_SIGNATURE_INVALID' } });
    const named = await verify({ ...question, ...by, userId: 'bidder@example.cn' });
    expect(named.body.indication).toBe('passed');
  });

  it('as a message of two signers get a verdict each, and pass as a whole only together', async () => {
    const two = message('-nodetach', '-md', 'sha256', ...signer('rsa/leaf'), ...signer('p256/leaf'));
    const both = await verify({ kind: 'message', message: two, ...trusting('rsa', 'p256') });
    expect(both.body).toMatchObject({ kind: 'message', indication: 'passed', detached: false });
    expect(both.body.signers.map(({ indication }: { indication: string }) => indication)).toEqual(['passed', 'passed']);
    const one = await verify({ kind: 'message', message: two, ...trusting('rsa') });
    expect(one.body.indication).not.toBe('passed');
    const passed = one.body.signers.filter(({ indication }: { indication: string }) => indication === 'passed');
    expect(passed).toHaveLength(1);
    expect(one.body.signers).toHaveLength(2);
  });

  it('detached need the content, and the right one', async () => {
    const detached = message('-md', 'sha256', ...signer('rsa/leaf'));
    const question = { kind: 'message', message: detached, ...trusting('rsa') };
    expect((await verify({ ...question, content: toBase64(content) })).body.indication).toBe('passed');
    expect((await verify(question)).body).toMatchObject({ reason: { code: 'ERR_CMS_CONTENT_ABSENT' } });
    const wrong = await verify({ ...question, content: toBase64(utf8Encode('x')) });
    expect(wrong.body).toMatchObject({ indication: 'failed', reason: { code: 'ERR_CMS_DIGEST_MISMATCH' } });
  });

  it('without the signer’s certificate pass once it is brought', async () => {
    const bare = message('-nodetach', '-nocerts', '-md', 'sha256', ...signer('rsa/leaf'));
    const question = { kind: 'message', message: bare, ...trusting('rsa') };
    const without = await verify(question);
    expect(without.body.indication).toBe('indeterminate');
    expect(without.body.reason.code).toBe('ERR_CMS_SIGNER_CERTIFICATE_ABSENT');
    expect((await verify({ ...question, certificates: [pem('rsa/leaf')] })).body.indication).toBe('passed');
  });

  it('are read from PEM as well', async () => {
    const out = path.join(folder, 'message.pem');
    const options = ['-nodetach', '-md', 'sha256', ...signer('rsa/leaf')];
    execFileSync(openssl, ['cms', '-sign', '-binary', '-in', contentFile, '-outform', 'PEM', '-out', out, ...options]);
    const { body } = await verify({ kind: 'message', message: readFileSync(out, 'utf8'), ...trusting('rsa') });
    expect(body.indication, JSON.stringify(body)).toBe('passed');
  });
});

describe('messages of GM/T 0010', () => {
  const gmMessage = (): Uint8Array => {
    const { ops } = service.ports;
    const certificate = parseCertificate(derOf('sm2/leaf'));
    const prepared = prepareSignedData({ content, detached: false, certificate }, ops);
    return prepared.assemble(ops.sign(testKey('sm2/leaf'), prepared.algorithm, prepared.toBeSigned));
  };

  it('pass, and fail with any byte of their end changed', async () => {
    const message = gmMessage();
    const good = await verify({ kind: 'message', message: toBase64(message), ...trusting('sm2') });
    expect(good.body).toMatchObject({ indication: 'passed', family: 'gm', signers: [{ indication: 'passed' }] });
    for (let fromEnd = 1; fromEnd <= 40; fromEnd += 3) {
      const changed = message.slice();
      const position = changed.length - fromEnd;
      changed[position] = (changed[position] ?? 0) ^ 0x04;
      const { body } = await verify({ kind: 'message', message: toBase64(changed), ...trusting('sm2') });
      expect(body.indication, `byte ${fromEnd} from the end`).not.toBe('passed');
    }
  });

  it('leave digests in the audit log', async () => {
    await verify({ kind: 'message', message: toBase64(gmMessage()), ...trusting('sm2') });
    const { body } = await service.call('GET', '/v1/audit?limit=1&order=newest-first', {
      token: service.administrator,
    });
    expect(body.items[0]).toMatchObject({ action: 'signature.verify', outcome: 'passed', details: { signers: 1 } });
    expect(body.items[0].target).toMatch(/^sm3:[0-9a-f]{64}$/);
  });
});

describe('a question about a signature', () => {
  const raw = { kind: 'raw', content: 'AAAA', signature: 'MAA=' };

  it.each([
    ['names neither certificate nor key', raw, '/certificate', 'ERR_REQUEST_INVALID'],
    ['names both', { ...raw, certificate: pem('sm2/leaf'), publicKey: 'AAAA' }, '/certificate', 'ERR_REQUEST_INVALID'],
    [
      'has content that is no base64',
      { ...raw, content: '*', certificate: pem('sm2/leaf') },
      '/content',
      'ERR_BYTES_BASE64_INVALID',
    ],
    [
      'is about a bare key and brings trust anchors, which nothing would read',
      { ...raw, publicKey: 'AAAA', trustAnchors: [pem('sm2/root')] },
      '/trustAnchors',
      'ERR_REQUEST_INVALID',
    ],
    [
      'is about a bare key and asks for a revocation check, which there is none of',
      { ...raw, publicKey: 'AAAA', revocation: 'require' },
      '/revocation',
      'ERR_REQUEST_INVALID',
    ],
    ['has a key that is none', { ...raw, publicKey: 'MAA=' }, '/publicKey', 'ERR_'],
    [
      'has a message that is a certificate',
      { kind: 'message', message: toBase64(derOf('sm2/leaf')) },
      '/message',
      'ERR_',
    ],
    [
      'has a message that is PEM of a certificate',
      { kind: 'message', message: pem('sm2/leaf') },
      '/message',
      'ERR_REQUEST_INVALID',
    ],
  ])('that %s is refused, naming the field', async (_what, question, field, code) => {
    const { status, body } = await verify(question);
    expect(status).toBeGreaterThanOrEqual(400);
    expect(status).toBeLessThan(500);
    expect(body.error.code).toContain(code);
    expect(body.error.params.field).toBe(field);
  });

  it('whose algorithm is not the key’s is refused', async () => {
    const { status, body } = await verify({ ...raw, certificate: pem('sm2/leaf'), algorithm: 'rsa-sha256' });
    expect(status).toBe(422);
    expect(body.error).toMatchObject({ code: 'ERR_SIGNATURE_ALGORITHM_MISMATCH', params: { key: 'sm2' } });
  });

  it('whose signature is no signature at all gets a verdict', async () => {
    const { status, body } = await verify({ ...raw, certificate: pem('sm2/leaf'), ...trusting('sm2') });
    expect(status).toBe(200);
    expect(body.indication).toBe('failed');
  });
});

describe('what was judged above', () => {
  it('comes to the same again from the evidence that was kept', async () => {
    const replays = await replayEverything(service);
    expect(replays.length).toBeGreaterThan(10);
    expect(replays.filter(({ replay }) => replay.outcome !== 'same')).toEqual([]);
  });
});
