import { execFileSync } from 'node:child_process';
import { generateKeyPairSync } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fromBase64, toBase64, toHex, utf8Decode, utf8Encode } from '@onelock/core/bytes';
import { parseSignedData, prepareSignedData } from '@onelock/core/cms';
import { computeZa, sm2DefaultUserId } from '@onelock/core/crypto';
import { createNodeCrypto } from '@onelock/core/crypto/node';
import { parseCertificate } from '@onelock/core/x509';
import { calculateJwkThumbprint, compactVerify, createLocalJWKSet, exportJWK, generateKeyPair } from 'jose';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { verifyReportFile } from '../src/commands/report-verify.ts';
import { loadWebReportKey } from '../src/secrets/web-report-key.ts';
import { derOf, pem, testKey } from './support/pki.ts';
import { runCli } from './support/process.ts';
import { createTestService, type TestService } from './support/service.ts';

let service: TestService;
let platform: string;
const folder = mkdtempSync(path.join(tmpdir(), 'onelock-reports-'));
beforeAll(async () => {
  service = await createTestService();
  platform = await service.caller('platform');
  for (const family of ['sm2', 'rsa', 'p256'])
    await service.call('POST', '/v1/cas', {
      token: service.administrator,
      body: { name: family, anchors: [pem(`${family}/root`)], intermediates: [pem(`${family}/intermediate`)] },
    });
});
afterAll(async () => {
  await service.close();
  rmSync(folder, { recursive: true, force: true });
});

const post = (url: string, body: object, headers: Record<string, string> = {}) =>
  service.call('POST', url, { token: platform, body, headers });
const validate = (body: object, headers: Record<string, string> = {}) =>
  post('/v1/certificates/validate', body, headers);

describe('an explained report', () => {
  it('is in Chinese unless the reader prefers English, by header or parameter', async () => {
    const asked = { certificate: pem('sm2/expired'), explain: 'simple' };
    const chinese = (await validate(asked)).body.explanation;
    expect(chinese).toMatchObject({ language: 'zh-CN' });
    expect(chinese.summary).toMatch(/^未通过：证书 .*；.*。$/);
    const english = (await validate(asked, { 'accept-language': 'en' })).body.explanation;
    expect(english.summary).toMatch(/^Failed: certificate .*\.$/);
    expect((await validate({ ...asked, language: 'en' }, { 'accept-language': 'zh' })).body.explanation).toEqual(
      english,
    );
    const [verdict] = english.reasons;
    expect(verdict).toMatchObject({
      about: 'verdict',
      code: 'ERR_PATH_EXPIRED',
      clause: expect.stringMatching(/RFC 5280/),
    });
    expect(verdict.whoCanAct).toBe('user');
    expect((await validate({ certificate: pem('sm2/expired') })).body).not.toHaveProperty('explanation');
  });

  it('says by what revocation was checked, or that it was not', async () => {
    const { body } = await validate({ certificate: pem('sm2/leaf'), explain: 'simple' });
    expect(body.indication).toBe('passed');
    expect(body.explanation.summary).toContain('吊销状态没有核实');
    expect(body.explanation.reasons).toMatchObject([{ about: 'revocation', code: 'ERR_REVOCATION_UNKNOWN' }]);
  });

  it('lists every constraint in detail', async () => {
    const { body } = await validate({ certificate: pem('rsa/leaf'), explain: 'detailed' });
    expect(body.explanation.checked.length).toBeGreaterThan(5);
    for (const one of body.explanation.checked)
      expect(one).toMatchObject({ satisfied: true, clause: expect.any(String) });
  });

  it('has no identity number in it', async () => {
    const { body } = await validate({ certificate: pem('sm2/person'), explain: 'detailed', sign: 'cms' });
    const number = /(?<!\d)[1-8]\d{5}(?:19|20)\d{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])\d{3}[\dXx](?!\d)/;
    expect(JSON.stringify(body)).not.toMatch(number);
    expect(Buffer.from(body.signed.value, 'base64').toString('latin1')).not.toMatch(number);
  });
});

describe('a report signed by the service', () => {
  const write = (name: string, content: string | Uint8Array): string => {
    const file = path.join(folder, name);
    writeFileSync(file, content);
    return file;
  };

  it('is verified offline by a command, and by nobody else’s certificate', async () => {
    const { body } = await validate({ certificate: pem('sm2/leaf'), sign: 'cms', explain: 'simple' });
    const signer = (await service.call('GET', '/v1/report-signer', { token: platform })).body;
    const trust = write('service.pem', signer.certificate);
    const answer = write('answer.json', JSON.stringify(body));
    const verified = runCli(['report', 'verify', answer, '--trust', trust, '--json'], folder);
    expect(verified.status, verified.stderr).toBe(0);
    const told = JSON.parse(verified.stdout);
    const { signed: _signed, ...unsigned } = body;
    expect(told).toMatchObject({
      indication: 'passed',
      report: { type: 'onelock-report', version: 1, answer: unsigned },
    });
    expect(told.signer).toBe(signer.subject);
    const bare = write('report.der', fromBase64(body.signed.value));
    const shown = runCli(['report', 'verify', bare, '--trust', trust], folder).stdout;
    expect(shown).toContain('通过 / passed');
    expect(shown).toContain('按登记的 CA 判定');
    const other = runCli(['report', 'verify', bare, '--trust', write('other.pem', pem('sm2/root')), '--json'], folder);
    expect(other.status).toBe(1);
    expect(JSON.parse(other.stdout)).toMatchObject({ report: null });
    expect(JSON.parse(other.stdout).indication).not.toBe('passed');
  });

  it('that was changed does not verify', async () => {
    const { body } = await validate({ certificate: pem('sm2/expired'), sign: 'cms' });
    const { certificate } = (await service.call('GET', '/v1/report-signer', { token: platform })).body;
    const bytes = Buffer.from(body.signed.value, 'base64');
    const at = bytes.indexOf('"failed"');
    bytes.write('"passed"', at);
    const trust = write('service2.pem', certificate);
    const { status, stdout } = runCli(
      ['report', 'verify', write('forged.der', bytes), '--trust', trust, '--json'],
      folder,
    );
    expect(status).toBe(1);
    expect(JSON.parse(stdout)).toMatchObject({ indication: 'failed', report: null });
    expect(runCli(['report', 'verify', write('none.json', '{}'), '--trust', trust], folder).status).toBe(2);
    expect(runCli(['report', 'verify', write('forged.der', bytes)], folder).status).toBe(2);
  });

  it('of a signature is signed likewise', async () => {
    const content = utf8Encode('x');
    const { ops } = service.ports;
    const signature = ops.sign(testKey('rsa/leaf'), { kind: 'rsa-pkcs1v15', digest: 'sha256' }, content);
    const { body } = await post('/v1/signatures/verify', {
      ...{ kind: 'raw', content: toBase64(content), signature: toBase64(signature), certificate: pem('rsa/leaf') },
      ...{ sign: 'cms', explain: 'simple', language: 'en' },
    });
    expect(body).toMatchObject({ indication: 'passed', signed: { format: 'cms' } });
    expect(body.explanation.summary).toMatch(/^Passed: signature/);
  });
});

describe('the basis of a signed report', () => {
  const ops = createNodeCrypto();
  const sm3 = (bytes: Uint8Array): string => `sm3:${toHex(ops.digest('sm3', bytes))}`;
  const basisOf = (body: { signed: { value: string } }) => {
    const { content } = parseSignedData(fromBase64(body.signed.value));
    return JSON.parse(utf8Decode(content ?? new Uint8Array())).basis;
  };
  const asked = (url: string, body: object) =>
    service.call('POST', url, { token: service.administrator, body: { ...body, sign: 'cms' } });

  it('says whether the CAs of the registry count or what the caller brought, and which', async () => {
    const byRegistry = await asked('/v1/certificates/validate', { certificate: pem('sm2/leaf') });
    expect(basisOf(byRegistry.body)).toMatchObject({ trust: 'registry', given: [] });
    const own = await asked('/v1/certificates/validate', {
      ...{ certificate: pem('sm2/leaf'), trustAnchors: [pem('sm2/root')], intermediates: [pem('sm2/intermediate')] },
      revocation: 'none',
    });
    expect(own.body.indication).toBe('passed');
    expect(basisOf(own.body)).toMatchObject({
      ...{ trust: 'question', given: ['trustAnchors', 'revocation'], revocation: 'none' },
      trustAnchors: [sm3(derOf('sm2/root'))],
    });
  });

  it('names what was signed, and by which certificate or key', async () => {
    const content = utf8Encode('报价 100 万元');
    const algorithm = { kind: 'rsa-pkcs1v15', digest: 'sha256' } as const;
    const signed = {
      ...{ kind: 'raw', content: toBase64(content) },
      signature: toBase64(ops.sign(testKey('rsa/leaf'), algorithm, content)),
    };
    const byCertificate = await asked('/v1/signatures/verify', { ...signed, certificate: pem('rsa/leaf') });
    expect(basisOf(byCertificate.body)).toMatchObject({ content: sm3(content), certificate: sm3(derOf('rsa/leaf')) });
    const { spki } = parseCertificate(derOf('rsa/leaf'));
    const byKey = await asked('/v1/signatures/verify', { ...signed, publicKey: toBase64(spki) });
    expect(byKey.body.indication).toBe('passed');
    expect(basisOf(byKey.body)).toMatchObject({ trust: 'key', content: sm3(content), publicKey: sm3(spki) });
  });
});

describe('a report signed for web libraries', () => {
  const signer = async () => (await service.call('GET', '/v1/report-signer', { token: platform })).body;

  it('is verified by a library that is not ours, by the published key alone, and says what kind of thing it is', async () => {
    const { body } = await validate({ certificate: pem('sm2/leaf'), sign: 'jws', explain: 'simple' });
    expect(body.signed).toMatchObject({ format: 'jws' });
    const { jwks } = await signer();
    expect(JSON.stringify(jwks)).not.toContain('"d"');
    const verified = await compactVerify(body.signed.value, createLocalJWKSet(jwks), { algorithms: ['ES256'] });
    expect(verified.protectedHeader).toMatchObject({
      alg: 'ES256',
      typ: 'onelock-report+jws',
      cty: 'application/json',
    });
    const report = JSON.parse(new TextDecoder().decode(verified.payload));
    const { signed: _signed, ...unsigned } = body;
    expect(report).toMatchObject({ type: 'onelock-report', version: 1, answer: unsigned });
    const [key] = jwks.keys;
    expect(await calculateJwkThumbprint(key)).toBe(key.kid);
    const stranger = await exportJWK((await generateKeyPair('ES256')).publicKey);
    const other = createLocalJWKSet({ keys: [{ ...stranger, kid: key.kid, alg: 'ES256' }] });
    await expect(compactVerify(body.signed.value, other)).rejects.toThrow();
  });

  it('is verified offline by our command too; changed, of another key, or of another purpose it is not', async () => {
    const { body } = await validate({ certificate: pem('sm2/expired'), sign: 'jws' });
    const published = await signer();
    const write = (name: string, content: string): string => {
      const file = path.join(folder, name);
      writeFileSync(file, content);
      return file;
    };
    const trust = write('signer.json', JSON.stringify(published));
    const now = new Date();
    const good = verifyReportFile(write('answer.json', JSON.stringify(body)), [trust], now);
    expect(good).toMatchObject({ indication: 'passed', report: { answer: { indication: 'failed' } } });
    const [head = '', content = '', value = ''] = String(body.signed.value).split('.');
    const at = (name: string, text: string) => verifyReportFile(write(name, text), [trust], now);
    expect(at('bare.jws', `${head}.${content}.${value}`).indication).toBe('passed');
    const told = JSON.parse(Buffer.from(content, 'base64url').toString());
    const changed = Buffer.from(JSON.stringify({ ...told, subject: 'x' })).toString('base64url');
    expect(at('changed.jws', `${head}.${changed}.${value}`)).toMatchObject({ indication: 'failed', report: null });
    const [key] = published.jwks.keys;
    for (const more of [{ alg: 'none' }, { alg: 'HS256' }, { typ: 'JWT' }, { crit: ['b64'], b64: false }]) {
      const header = { alg: 'ES256', kid: key.kid, typ: 'onelock-report+jws', cty: 'application/json', ...more };
      const forged = Buffer.from(JSON.stringify(header)).toString('base64url');
      expect(at('header.jws', `${forged}.${content}.${value}`), JSON.stringify(more)).toMatchObject({
        ...{ indication: 'failed', report: null },
      });
    }
    const nobody = Buffer.from(JSON.stringify({ alg: 'ES256', kid: 'nobody' })).toString('base64url');
    expect(at('nobody.jws', `${nobody}.${content}.${value}`)).toMatchObject({
      ...{ indication: 'indeterminate', report: null },
    });
    expect(() => verifyReportFile(path.join(folder, 'bare.jws'), [], now)).toFailWith('ERR_CLI_USAGE');
    expect(() => verifyReportFile(path.join(folder, 'bare.jws'), [write('no.json', 'x')], now)).toFailWith(
      'ERR_CLI_FILE_UNREADABLE',
    );
  });

  it('is by an RSA key where somebody put one there, and by no weak one', async () => {
    const place = mkdtempSync(path.join(tmpdir(), 'onelock-report-key-'));
    const put = (modulusLength: number): void => {
      const { privateKey } = generateKeyPairSync('rsa', { modulusLength });
      const text = privateKey.export({ type: 'pkcs8', format: 'pem' });
      writeFileSync(path.join(place, 'report-jws-key.pem'), text, { mode: 0o600 });
    };
    try {
      put(2048);
      const key = loadWebReportKey(place);
      const verified = await compactVerify(key.sign(utf8Encode('{}')), createLocalJWKSet({ keys: [key.jwk] }));
      expect(verified.protectedHeader).toMatchObject({ alg: 'RS256', kid: key.jwk.kid });
      put(1024);
      expect(() => loadWebReportKey(place)).toFailWith('ERR_SERVICE_CONFIG_INVALID');
      writeFileSync(path.join(place, 'report-jws-key.pem'), 'no key');
      expect(() => loadWebReportKey(place)).toFailWith('ERR_SERVICE_CONFIG_INVALID');
    } finally {
      rmSync(place, { recursive: true, force: true });
    }
  });
});

describe('a signature whose content stays where it is', () => {
  const content = utf8Encode('投标文件，不上传');
  const verify = (body: object) => post('/v1/signatures/verify', { kind: 'digest', ...body });

  it('of SM2 is verified by e = SM3(ZA ‖ content)', async () => {
    const { ops } = service.ports;
    const certificate = parseCertificate(derOf('sm2/leaf'));
    if (certificate.publicKey.kind !== 'sm2') throw new Error('an SM2 key');
    const e = ops.digest('sm3', computeZa(ops, certificate.publicKey.point, sm2DefaultUserId), content);
    const signature = toBase64(ops.sign(testKey('sm2/leaf'), { kind: 'sm2-sm3', userId: sm2DefaultUserId }, content));
    const digest = { algorithm: 'sm3', value: toBase64(e) };
    expect((await verify({ digest, signature, certificate: pem('sm2/leaf') })).body).toMatchObject({
      ...{ kind: 'digest', indication: 'passed', certificate: { indication: 'passed' } },
    });
    const publicKey = toBase64(certificate.spki);
    expect((await verify({ digest, signature, publicKey })).body).toMatchObject({
      indication: 'passed',
      certificate: null,
    });
    const other = { algorithm: 'sm3', value: toBase64(ops.digest('sm3', content)) };
    expect((await verify({ digest: other, signature, certificate: pem('sm2/leaf') })).body).toMatchObject({
      ...{ indication: 'failed', reason: { code: 'ERR_SIGNATURE_INVALID' } },
    });
  });

  it.each(['sha256', 'sha384', 'sha512'] as const)(
    'of RSA with %s is verified by the digest, as OpenSSL signs it',
    async (name) => {
      const { ops } = service.ports;
      const file = path.join(folder, 'content.bin');
      writeFileSync(file, content);
      const key = path.join(folder, 'rsa.key.pem');
      writeFileSync(
        key,
        `-----BEGIN PRIVATE KEY-----\n${Buffer.from(testKey('rsa/leaf').pkcs8).toString('base64')}\n-----END PRIVATE KEY-----\n`,
      );
      const signature = execFileSync('openssl', ['dgst', `-${name}`, '-sign', key, file]).toString('base64');
      const digest = { algorithm: name, value: toBase64(ops.digest(name, content)) };
      expect((await verify({ digest, signature, certificate: pem('rsa/leaf') })).body.indication).toBe('passed');
      const changed = Buffer.from(signature, 'base64');
      changed.writeUInt8(changed.readUInt8(10) ^ 1, 10);
      expect(
        (await verify({ digest, signature: changed.toString('base64'), certificate: pem('rsa/leaf') })).body.reason
          .code,
      ).toBe('ERR_SIGNATURE_INVALID');
      const another = { algorithm: name, value: toBase64(ops.digest(name, utf8Encode('another'))) };
      expect((await verify({ digest: another, signature, certificate: pem('rsa/leaf') })).body.indication).toBe(
        'failed',
      );
      for (const odd of ['', 'AAAA', toBase64(new Uint8Array(256).fill(255))])
        expect((await verify({ digest, signature: odd, certificate: pem('rsa/leaf') })).body.indication).toBe('failed');
    },
  );

  it.each([
    ['a digest of another length', { digest: { algorithm: 'sm3', value: 'AAAA' }, certificate: 'sm2/leaf' }, 400],
    [
      'another digest than SM3 under SM2',
      { digest: { algorithm: 'sha256', value: toBase64(new Uint8Array(32)) }, certificate: 'sm2/leaf' },
      422,
    ],
    [
      'SM3 under ECDSA',
      { digest: { algorithm: 'sm3', value: toBase64(new Uint8Array(32)) }, certificate: 'p256/leaf' },
      422,
    ],
  ])('is refused with %s', async (_what, { digest, certificate }, status) => {
    expect((await verify({ digest, signature: 'AAAA', certificate: pem(certificate) })).status).toBe(status);
  });

  it('in a detached message is verified by its digests', async () => {
    const { ops } = service.ports;
    const certificate = parseCertificate(derOf('sm2/leaf'));
    const prepared = prepareSignedData({ content, detached: true, certificate }, ops);
    const message = toBase64(prepared.assemble(ops.sign(testKey('sm2/leaf'), prepared.algorithm, prepared.toBeSigned)));
    const ask = (more: object) => post('/v1/signatures/verify', { kind: 'message', message, ...more });
    const value = (bytes: Uint8Array) => ({ algorithm: 'sm3', value: toBase64(ops.digest('sm3', bytes)) });
    expect((await ask({ contentDigests: [value(content)] })).body.indication).toBe('passed');
    expect((await ask({ contentDigests: [value(utf8Encode('x'))] })).body.indication).toBe('failed');
    const sha256 = { algorithm: 'sha256', value: toBase64(ops.digest('sha256', content)) };
    expect((await ask({ contentDigests: [sha256] })).body).toMatchObject({
      reason: { code: 'ERR_CMS_CONTENT_ABSENT' },
    });
    expect((await ask({})).body.indication).toBe('indeterminate');
    expect((await ask({ content: toBase64(content), contentDigests: [value(content)] })).status).toBe(400);
  });
});

describe('a batch', () => {
  const batch = async (items: readonly object[], headers: Record<string, string> = {}) => {
    const answer = await post('/v1/judgements/batch', { items }, headers);
    const lines =
      typeof answer.body === 'string'
        ? answer.body
            .trim()
            .split('\n')
            .map((line) => JSON.parse(line))
        : [];
    return { ...answer, lines };
  };

  it('answers each question in its order, and what is wrong with one is its own', async () => {
    const content = utf8Encode('x');
    const signature = service.ports.ops.sign(testKey('rsa/leaf'), { kind: 'rsa-pkcs1v15', digest: 'sha256' }, content);
    const items = [
      { kind: 'certificate', certificate: pem('sm2/leaf') },
      { kind: 'certificate', certificate: 'MIIB' },
      { kind: 'raw', content: toBase64(content), signature: toBase64(signature), certificate: pem('rsa/leaf') },
      { kind: 'certificate', certificate: pem('rsa/expired'), explain: 'simple' },
      { kind: 'timestamp', token: 'AAAA', content: '' },
      { kind: 'certificate', certificate: pem('sm2/leaf'), at: '2020-01-01T00:00:00Z' },
    ];
    const { status, headers, lines } = await batch(items, { 'accept-language': 'en' });
    expect(status).toBe(200);
    expect(headers['content-type']).toContain('application/x-ndjson');
    expect(lines.map(({ index }) => index)).toEqual([0, 1, 2, 3, 4, 5]);
    expect(lines[0].answer.indication).toBe('passed');
    expect(lines[1].error).toMatchObject({ code: 'ERR_DER_TRUNCATED', params: { field: '/certificate' } });
    expect(lines[2].answer).toMatchObject({ kind: 'raw', indication: 'passed' });
    expect(lines[3].answer.explanation.summary).toMatch(/^Failed/);
    expect(lines[4].error.code).toMatch(/^ERR_/);
    expect(lines[5].error.code).toBe('ERR_AUTH_PERMISSION_REQUIRED');
  });

  it('of hundreds is bounded, and each is in the log', async () => {
    const before = (await service.ports.store.audit.head()).size;
    const items = Array.from({ length: 300 }, () => ({ kind: 'certificate', certificate: pem('sm2/leaf') }));
    const { lines } = await batch(items);
    expect(lines).toHaveLength(300);
    expect((await service.ports.store.audit.head()).size - before).toBe(300);
    const many = Array.from({ length: 1_001 }, () => ({ kind: 'certificate', certificate: 'x' }));
    expect((await batch(many)).status).toBe(400);
    expect((await batch([])).status).toBe(400);
    expect((await batch([{ kind: 'nonsense' }])).status).toBe(400);
  });
});

describe('documents', () => {
  it('are refused by name until their room is built', async () => {
    const { status, body } = await post('/v1/documents/verify', { document: 'JVBERi0=' });
    expect({ status, code: body.error.code }).toEqual({ status: 415, code: 'ERR_DOCUMENT_UNSUPPORTED' });
  });
});
