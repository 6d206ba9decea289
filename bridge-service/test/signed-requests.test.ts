import { generateKeyPairSync, type KeyObject } from 'node:crypto';
import { concatBytes, toBase64, utf8Encode } from '@onelock/core/bytes';
import { decodeEcdsaSignature, sm2DefaultUserId } from '@onelock/core/crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { pem } from './support/pki.ts';
import { type Answer, createTestService, type TestService } from './support/service.ts';
import { type RequestToSign, signRequest } from './support/signed-request.ts';

const url = '/v1/certificates/validate';
const body = JSON.stringify({ certificate: pem('rsa/leaf') });
const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 });
const ec = generateKeyPairSync('ec', { namedCurve: 'P-256' });
const short = generateKeyPairSync('rsa', { modulusLength: 1024 });
const spki = (key: KeyObject): string => key.export({ type: 'spki', format: 'der' }).toString('base64');

let service: TestService;
let token: string;
let other: string;
let id: string;

const profile = (more: object = {}) => ({
  contacts: [],
  keys: [
    { id: 'rsa', publicKey: spki(rsa.publicKey) },
    { id: 'ec', publicKey: spki(ec.publicKey) },
    { id: 'short', publicKey: spki(short.publicKey) },
  ],
  ...{ requestsPerMinute: null, webhooks: [], authentication: 'signature', ...more },
});
const setProfile = (of: string, value: object) =>
  service.call('PUT', `/v1/platforms/${of}/profile`, { token: service.administrator, body: value });
const created = (): number => Math.floor(service.ports.clock().getTime() / 1000);

beforeAll(async () => {
  service = await createTestService();
  token = await service.caller('platform');
  other = await service.caller('platform');
  id = (await service.call('GET', '/v1/callers/self', { token })).body.id;
  expect((await setProfile(id, profile())).status).toBe(200);
});
afterAll(() => service.close());

const signed = (more: Partial<RequestToSign> = {}): Record<string, string> =>
  signRequest({
    ...{ method: 'POST', url: `http://localhost${url}`, body, keyid: `${id}/ec`, key: ec.privateKey },
    ...{ alg: 'ecdsa-p256-sha256' as const, created: created(), ...more },
  });
const send = (headers: Record<string, string>, text: string = body): Promise<Answer> =>
  service.call('POST', url, { headers, body: text });
const refusal = ({ status, body: { error } }: Answer) => [status, error.code, error.params.rule];

describe('a platform that has to sign its requests', () => {
  it.each([
    ['RSA-PSS', { key: rsa.privateKey, alg: 'rsa-pss-sha512' as const, key_id: 'rsa' }],
    ['RSA PKCS#1', { key: rsa.privateKey, alg: 'rsa-v1_5-sha256' as const, key_id: 'rsa' }],
    ['P-256', { key: ec.privateKey, alg: 'ecdsa-p256-sha256' as const, key_id: 'ec' }],
  ])('is known by its signature of %s, without a token and with it', async (_name, { key_id, ...more }) => {
    const key = { ...more, keyid: `${id}/${key_id}` };
    expect((await send(signed(key))).status).toBe(200);
    expect((await send({ ...signed(key), authorization: `Bearer ${token}` })).status).toBe(200);
  });

  it('signs by SM2 too: r ‖ s under the default user id', async () => {
    const { ops } = service.ports;
    const pair = ops.generateKeyPair({ kind: 'sm2' });
    const sm2 = { id: 'sm2', publicKey: toBase64(pair.publicKey.spki) };
    await setProfile(id, { ...profile(), keys: [...profile().keys, sm2] });
    const parameters = `("@method" "@authority" "@path");created=${created()};nonce="0123456789abcdef";keyid="${id}/sm2";alg="sm2-sm3"`;
    const base = `"@method": GET\n"@authority": localhost\n"@path": /v1/platforms\n"@signature-params": ${parameters}`;
    const der = ops.sign(pair.privateKey, { kind: 'sm2-sm3', userId: sm2DefaultUserId }, concatBytes(utf8Encode(base)));
    const headers = { 'signature-input': `a=${parameters}`, signature: `a=:${toBase64(decodeEcdsaSignature(der))}:` };
    expect((await service.call('GET', '/v1/platforms', { headers })).status).toBe(200);
  });

  it('is refused with its token alone, which is told how to sign', async () => {
    const answer = await service.call('POST', url, { token, body });
    expect(refusal(answer)).toEqual([401, 'ERR_AUTH_SIGNATURE_REQUIRED', undefined]);
    expect(answer.headers['accept-signature']).toContain('content-digest');
  });

  it('may sign where it need not', async () => {
    await setProfile(id, profile({ authentication: 'token' }));
    expect((await send(signed())).status).toBe(200);
    expect((await service.call('POST', url, { token, body })).status).toBe(200);
    await setProfile(id, profile());
  });

  it('gets one answer to a write that it sends again, each time signed anew', async () => {
    const origins = { origin: 'https://bid.example.cn' };
    await service.call('PATCH', `/v1/callers/${id}`, {
      token: service.administrator,
      body: { origins: [origins.origin] },
    });
    const text = JSON.stringify(origins);
    const post = () => {
      const to = {
        url: 'http://localhost/v1/challenges',
        body: text,
        headers: { 'idempotency-key': 'once-and-again' },
      };
      return service.call('POST', '/v1/challenges', { headers: signed(to), body: text });
    };
    const [first, second] = [await post(), await post()];
    expect([first.status, second.status, second.headers['idempotent-replayed']]).toEqual([201, 201, 'true']);
    expect(second.body).toEqual(first.body);
  });

  it('is told which profile could never be used', async () => {
    const none = await setProfile(id, profile({ keys: [] }));
    expect([none.status, none.body.error.params.field]).toEqual([400, '/keys']);
    const noCertificate = await setProfile(id, profile({ authentication: 'mtls' }));
    expect([noCertificate.status, noCertificate.body.error.params.field]).toEqual([400, '/clientCertificates']);
  });
});

describe('somebody who is not the platform', () => {
  it('cannot send a request twice', async () => {
    const headers = signed();
    expect((await send(headers)).status).toBe(200);
    expect(refusal(await send(headers))).toEqual([401, 'ERR_AUTH_SIGNATURE_REPLAYED', undefined]);
  });

  it('is refused another body', async () => {
    const answer = await send(signed(), JSON.stringify({ certificate: pem('sm2/leaf') }));
    expect(refusal(answer)).toEqual([401, 'ERR_AUTH_SIGNATURE_INVALID', 'content-digest']);
  });

  it.each<readonly [string, () => Record<string, string>, string]>([
    [
      'a body that the signature does not cover',
      () => signed({ components: ['@method', '@target-uri'] }),
      'component content-digest',
    ],
    ['another method', () => signed({ method: 'PUT' }), 'signature'],
    ['another address', () => signed({ url: 'http://localhost/v1/signatures/verify' }), 'signature'],
    ['another host', () => signed({ url: `http://evil.example${url}` }), 'signature'],
    [
      'an address that is covered by halves',
      () => signed({ components: ['@method', '@path', 'content-digest'] }),
      'component @authority',
    ],
    ['no method', () => signed({ components: ['@target-uri', 'content-digest'] }), 'component @method'],
    ['an old signature', () => signed({ created: created() - 301 }), 'created'],
    ['a signature of tomorrow', () => signed({ created: created() + 60 }), 'created'],
    ['a nonce that can be guessed', () => signed({ nonce: '1' }), 'nonce'],
    ['a key that is not registered', () => signed({ keyid: `${id}/none` }), 'keyid'],
    ['a key of nobody', () => signed({ keyid: 'admin' }), 'keyid'],
    [
      'another key under that name',
      () => signed({ key: generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey }),
      'signature',
    ],
    ['an algorithm of another key', () => signed({ keyid: `${id}/rsa` }), 'alg'],
    ['a short key', () => signed({ keyid: `${id}/short`, key: short.privateKey, alg: 'rsa-v1_5-sha256' }), 'alg'],
    [
      'a component twice',
      () => signed({ components: ['@method', '@method', '@target-uri', 'content-digest'] }),
      'component @method',
    ],
    [
      'a field that is not there',
      () => signed({ components: ['@method', '@target-uri', 'content-digest', 'x-none'] }),
      'component x-none',
    ],
    ['a header that was changed', () => ({ ...signed({ headers: { 'x-order': '1' } }), 'x-order': '2' }), 'signature'],
    [
      'an Idempotency-Key that was added',
      () => ({ ...signed(), 'idempotency-key': 'somebody-else' }),
      'component idempotency-key',
    ],
    ['no signature beside its input', () => ({ ...signed(), signature: 'other=:AAAA:' }), 'Signature'],
  ])('is refused %s', async (_what, headers, rule) => {
    expect(refusal(await send(headers()))).toEqual([401, 'ERR_AUTH_SIGNATURE_INVALID', rule]);
  });

  it.each([
    ['()', 'Signature-Input'],
    ['a', 'Signature-Input'],
    ['a=', 'Signature-Input'],
    ['a=("x', 'Signature-Input'],
    ['a=("x"),', 'Signature-Input'],
    ['a=("x"), a=("y")', 'Signature-Input'],
    ['a=("x"b)', 'Signature-Input'],
    ['a=("x");created=1.5', 'Signature-Input'],
    ['a=("x");created=99999999999999999999', 'Signature-Input'],
    [`a=(${'"x" '.repeat(40)})`, 'Signature-Input'],
    [`a=("x")${';p'.repeat(40)}`, 'Signature-Input'],
    [`a=("${'x'.repeat(9_000)}")`, 'Signature-Input'],
    ['a=:AAAA:', 'Signature-Input'],
  ])('is refused the malformed input %s', async (input, rule) => {
    const answer = await send({ ...signed(), 'signature-input': input });
    expect(answer.body.error.code).toBe('ERR_AUTH_SIGNATURE_INVALID');
    expect(answer.body.error.params.rule).toContain(rule);
  });

  it.each(['', 'md5=:AAAA:', 'sha-256', 'sha-256=("x")'])('is refused the content digest "%s"', async (digest) => {
    const headers = signed({ headers: { 'content-digest': digest }, body: undefined });
    expect((await send({ ...headers, 'content-digest': digest })).status).toBe(401);
  });

  it('cannot use a signature beside the token of another', async () => {
    const answer = await send({ ...signed(), authorization: `Bearer ${other}` });
    expect(refusal(answer)).toEqual([401, 'ERR_AUTH_INVALID', undefined]);
  });

  it('is stopped when the platform is revoked, or the key taken out', async () => {
    const created = await service.call('POST', '/v1/callers', {
      token: service.administrator,
      body: { name: 'p', role: 'platform' },
    });
    const keyid = `${created.body.id}/ec`;
    await setProfile(created.body.id, profile());
    expect((await send(signed({ keyid }))).status).toBe(200);
    await setProfile(created.body.id, profile({ keys: profile().keys.slice(0, 1) }));
    await expect.poll(async () => (await send(signed({ keyid }))).status).toBe(401);
    await service.call('DELETE', `/v1/callers/${created.body.id}`, { token: service.administrator });
    expect(
      (await send(signed({ keyid: `${created.body.id}/rsa`, key: rsa.privateKey, alg: 'rsa-pss-sha512' }))).status,
    ).toBe(401);
  });

  it('does not eat the quota of a platform whose token it stole', async () => {
    const made = await service.call('POST', '/v1/callers', {
      token: service.administrator,
      body: { name: 'p', role: 'platform' },
    });
    await setProfile(made.body.id, profile({ requestsPerMinute: 3 }));
    for (let tries = 0; tries < 10; tries++) await service.call('POST', url, { token: made.body.token, body });
    expect((await send(signed({ keyid: `${made.body.id}/ec` }))).status).toBe(200);
  });
});
