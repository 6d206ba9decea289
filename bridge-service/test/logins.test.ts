import { fromBase64 } from '@onelock/core/bytes';
import type { LoginTokenWire } from '@onelock/core/login';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { makeLoginToken, pem } from './support/pki.ts';
import { replayEverything } from './support/replay.ts';
import { createTestService, type TestService } from './support/service.ts';

const origin = 'https://bid.example.cn';
let service: TestService;
let platform: string;

beforeEach(async () => {
  service = await createTestService();
  platform = await service.caller('platform', { origins: [origin, 'https://second.example.cn'] });
  for (const family of ['rsa', 'sm2', 'p256'])
    await service.call('POST', '/v1/cas', {
      token: service.administrator,
      body: { name: family, anchors: [pem(`${family}/root`)], intermediates: [pem(`${family}/intermediate`)] },
    });
});
afterEach(() => service.close());

const open = async (from = origin, token = platform): Promise<Uint8Array> => {
  const { body } = await service.call('POST', '/v1/challenges', { token, body: { origin: from } });
  return fromBase64(body.challenge);
};
const tokenFor = (challenge: Uint8Array, name = 'sm2/leaf', more: Partial<{ origin: string; key: string }> = {}) =>
  makeLoginToken(service.ports.ops, { certificate: name, key: name, origin, challenge, ...more });
const login = (token: LoginTokenWire, caller = platform, headers: Record<string, string> = {}) =>
  service.call('POST', '/v1/logins', { token: caller, body: { token }, headers });

describe('a challenge', () => {
  it('is 32 random bytes for one of the platform’s origins, for five minutes', async () => {
    const { status, body } = await service.call('POST', '/v1/challenges', { token: platform, body: { origin } });
    expect(status).toBe(201);
    expect(fromBase64(body.challenge)).toHaveLength(32);
    expect(new Date(body.expiresAt).getTime() - service.ports.clock().getTime()).toBe(300_000);
    const second = await open();
    expect(Buffer.from(second)).not.toEqual(Buffer.from(fromBase64(body.challenge)));
  });

  it('is refused for an origin that is not the platform’s', async () => {
    const { status, body } = await service.call('POST', '/v1/challenges', {
      token: platform,
      body: { origin: 'https://evil.example.cn' },
    });
    expect(status).toBe(403);
    expect(body.error.code).toBe('ERR_LOGIN_ORIGIN_MISMATCH');
  });
});

describe('a login', () => {
  it.each(['sm2/leaf', 'rsa/leaf', 'p256/leaf'])('with %s passes and says who it is', async (name) => {
    const { status, body } = await login(tokenFor(await open(), name));
    expect(status).toBe(201);
    expect(body).toMatchObject({ indication: 'passed', origin, certificate: { profile: 'bidding' } });
    expect(body.identity.organization).toBeTruthy();
    expect(body.identity.unifiedSocialCreditCode).toMatchObject({ checkDigitValid: true });
    const found = await service.call('GET', `/v1/logins/${body.id}`, { token: platform });
    expect(found.body).toEqual(body);
  });

  it('of a person shows the name, and the number masked', async () => {
    const { body } = await login(tokenFor(await open(), 'sm2/person'));
    expect(body.indication, JSON.stringify(body.reason)).toBe('passed');
    expect(body.identity.person.identifier.masked).toMatch(/^..\*+..$/);
  });

  it('works once: the same token again is refused; and both are judged alike from what was kept', async () => {
    const token = tokenFor(await open());
    expect((await login(token)).body.indication).toBe('passed');
    const { status, body } = await login(token);
    const replays = await replayEverything(service);
    expect(replays.map(({ replay }) => replay)).toEqual([
      { outcome: 'same', indication: 'passed', reason: '' },
      { outcome: 'same', indication: 'failed', reason: 'ERR_LOGIN_CHALLENGE_UNKNOWN' },
    ]);
    expect(status).toBe(201);
    expect(body).toMatchObject({
      indication: 'failed',
      reason: { code: 'ERR_LOGIN_CHALLENGE_UNKNOWN' },
      identity: null,
    });
  });

  it('works once when forty arrive together', async () => {
    const token = tokenFor(await open());
    const answers = await Promise.all(Array.from({ length: 40 }, () => login(token)));
    expect(answers.filter(({ body }) => body.indication === 'passed')).toHaveLength(1);
    expect(answers.filter(({ body }) => body.reason?.code === 'ERR_LOGIN_CHALLENGE_UNKNOWN')).toHaveLength(39);
  });

  it('sent again under one Idempotency-Key gets the same answer and is one login', async () => {
    const token = tokenFor(await open());
    const headers = { 'idempotency-key': 'login-attempt-1' };
    const first = await login(token, platform, headers);
    const second = await login(token, platform, headers);
    expect(second.body).toEqual(first.body);
    expect(second.body.indication).toBe('passed');
    expect(second.headers['idempotent-replayed']).toBe('true');
  });

  it('comes too late after five minutes', async () => {
    const token = tokenFor(await open());
    service.advance(300_000);
    expect((await login(token)).body).toMatchObject({ reason: { code: 'ERR_LOGIN_CHALLENGE_UNKNOWN' } });
  });

  it('with a challenge that nobody gave out is refused', async () => {
    const { body } = await login(tokenFor(service.ports.ops.random(32)));
    expect(body).toMatchObject({ indication: 'failed', reason: { code: 'ERR_LOGIN_CHALLENGE_UNKNOWN' } });
  });

  it('with a challenge of another platform is refused, and does not use it up', async () => {
    const other = await service.caller('platform', { origins: ['https://other.example.cn'] });
    const challenge = await open();
    const token = tokenFor(challenge);
    expect((await login(token, other)).body).toMatchObject({ reason: { code: 'ERR_LOGIN_CHALLENGE_UNKNOWN' } });
    expect((await login(token)).body.indication).toBe('passed');
  });

  it('made for another origin is refused, even for another of the same platform', async () => {
    for (const elsewhere of ['https://evil.example.cn', 'https://second.example.cn']) {
      const { body } = await login(tokenFor(await open(), 'sm2/leaf', { origin: elsewhere }));
      expect(body).toMatchObject({
        indication: 'failed',
        reason: { code: 'ERR_LOGIN_ORIGIN_MISMATCH', params: { expected: origin, actual: elsewhere } },
        identity: null,
      });
    }
  });

  it('for an origin that the platform has given up since is refused', async () => {
    const token = tokenFor(await open());
    const { body: self } = await service.call('GET', '/v1/callers/self', { token: platform });
    await service.call('PATCH', `/v1/callers/${self.id}`, { token: service.administrator, body: { origins: [] } });
    expect((await login(token)).body).toMatchObject({ reason: { code: 'ERR_LOGIN_ORIGIN_MISMATCH' } });
  });

  it('with a changed signature is refused, and its challenge is used up', async () => {
    const token = tokenFor(await open());
    const signature = fromBase64(token.signature);
    const last = signature.length - 1;
    signature[last] = (signature[last] ?? 0) ^ 1;
    const forged = await login({ ...token, signature: Buffer.from(signature).toString('base64') });
    expect(forged.body.indication).toBe('failed');
    expect(forged.body.identity).toBeNull();
    expect((await login(token)).body).toMatchObject({ reason: { code: 'ERR_LOGIN_CHALLENGE_UNKNOWN' } });
  });

  it('signed by another key than the certificate’s is refused', async () => {
    const { body } = await login(tokenFor(await open(), 'sm2/leaf', { key: 'sm2/person' }));
    expect(body).toMatchObject({ indication: 'failed', reason: { code: 'ERR_SIGNATURE_INVALID' }, identity: null });
  });

  it.each([
    ['sm2/expired', 'sm2/leaf', 'ERR_PATH_EXPIRED'],
    ['sm2/not-yet-valid', 'sm2/leaf', 'ERR_PATH_NOT_YET_VALID'],
    ['sm2/encrypt', 'sm2/encrypt', 'ERR_PATH_KEY_USAGE'],
    ['sm2/empty-id', 'sm2/leaf', 'ERR_PATH_SIGNATURE_INVALID'],
    ['sm2/no-za', 'sm2/leaf', 'ERR_PATH_SIGNATURE_INVALID'],
    ['rsa/weak-1024', 'rsa/weak-1024', 'ERR_PATH_ALGORITHM_WEAK'],
    ['rsa/intermediate', 'rsa/intermediate', 'ERR_PATH_KEY_USAGE'],
  ])('with %s fails, naming the reason', async (certificate, key, code) => {
    const { body } = await login(tokenFor(await open(), certificate, { key }));
    expect(body.indication).toBe('failed');
    expect(body.reason.code).toBe(code);
    expect(body.identity).toBeNull();
  });

  it('under a CA that has left does not pass', async () => {
    const { body } = await service.call('GET', '/v1/cas', { token: service.administrator });
    for (const { id } of body.items) await service.call('DELETE', `/v1/cas/${id}`, { token: service.administrator });
    expect((await login(tokenFor(await open()))).body).toMatchObject({
      indication: 'indeterminate',
      reason: { code: 'ERR_PATH_UNKNOWN_ISSUER' },
      identity: null,
    });
  });

  it.each([
    ['version', 2, 'ERR_REQUEST_INVALID'],
    ['origin', 'bid.example.cn', 'ERR_LOGIN_TOKEN_MALFORMED'],
    ['challenge', 'AAAA', 'ERR_LOGIN_TOKEN_MALFORMED'],
    ['challenge', '!', 'ERR_LOGIN_TOKEN_MALFORMED'],
    ['algorithm', 'none', 'ERR_REQUEST_INVALID'],
    ['certificate', 'MAA=', 'ERR_DER_'],
    ['signature', '?', 'ERR_LOGIN_TOKEN_MALFORMED'],
    ['pin', '123456', 'ERR_REQUEST_INVALID'],
  ])('whose token has a wrong %s is refused before anything is used up', async (field, value, code) => {
    const token = tokenFor(await open());
    const { status, body } = await login({ ...token, [field]: value } as LoginTokenWire);
    expect(status).toBe(400);
    expect(body.error.code).toContain(code);
    expect((await login(token)).body.indication).toBe('passed');
  });

  it('that names another algorithm than its key’s own is refused', async () => {
    const { body } = await login({ ...tokenFor(await open()), algorithm: 'RSA-SHA256' });
    expect(body).toMatchObject({ indication: 'failed', reason: { code: 'ERR_SIGNATURE_ALGORITHM_MISMATCH' } });
  });

  it('is seen by its platform and by supervision, and does not exist for another platform', async () => {
    const { body } = await login(tokenFor(await open()));
    const other = await service.caller('platform', { origins: ['https://other.example.cn'] });
    const url = `/v1/logins/${body.id}`;
    expect((await service.call('GET', url, { token: await service.caller('supervisor') })).status).toBe(200);
    const hidden = await service.call('GET', url, { token: other });
    expect(hidden.status).toBe(404);
    expect(hidden.body.error.code).toBe('ERR_REQUEST_NOT_FOUND');
  });

  it('is in the audit log, with digests and no challenge', async () => {
    const challenge = await open();
    const { body } = await login(tokenFor(challenge));
    const audit = await service.call('GET', `/v1/audit?target=${body.id}`, { token: service.administrator });
    expect(audit.body.items).toHaveLength(1);
    expect(audit.body.items[0]).toMatchObject({
      action: 'login.judge',
      outcome: 'passed',
      details: { origin, certificate: `sm3:${body.certificateDigest}` },
    });
    const whole = await service.call('GET', '/v1/audit?limit=200', { token: service.administrator });
    expect(JSON.stringify(whole.body)).not.toContain(Buffer.from(challenge).toString('base64'));
  });
});
