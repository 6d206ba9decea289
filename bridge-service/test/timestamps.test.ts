import { execFileSync } from 'node:child_process';
import { createSocket, type Socket } from 'node:dgram';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { derBoolean, derInteger, derNull, derOctetString, derOid, derSequence, oids } from '@onelock/core/asn1';
import { encodePem, fromBase64, toBase64 } from '@onelock/core/bytes';
import { createNodeCrypto } from '@onelock/core/crypto/node';
import {
  checkTimestampToken,
  encodeTimestampRequest,
  parseTimestampRequest,
  parseTimestampResponse,
  requireGranted,
} from '@onelock/core/tsp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { basicConstraints, type KeyPair, keyUsage, makeCertificate, name } from '../../core/test/support/test-ca.ts';
import { authorityCertificate, granted, makeToken } from '../../core/test/support/test-tsa.ts';
import { askTimeServer } from '../src/outbound/index.ts';
import { evidenceSettings, start } from './support/evidence-world.ts';
import { replayEverything } from './support/replay.ts';
import { createTestService, type TestService } from './support/service.ts';
import { misbehaviours, SourceDouble } from './support/source-double.ts';

const ops = createNodeCrypto();
const kinds = { sm2: { kind: 'sm2' }, rsa: { kind: 'rsa', bits: 2048 } } as const;

/** A CA, and an authority under it. */
function makeAuthority(kind: keyof typeof kinds) {
  const issuer = { name: name(`${kind} 时间 CA`), key: ops.generateKeyPair(kinds[kind]) };
  const extensions = [basicConstraints(), keyUsage(5, 6)];
  const anchor = makeCertificate({ subject: issuer.name, key: issuer.key, issuer, extensions }, ops);
  const key: KeyPair = ops.generateKeyPair(kinds[kind]);
  return { anchor, key, certificate: authorityCertificate(issuer, key) };
}

const content = new TextEncoder().encode('投标文件');
const authorities = { sm2: makeAuthority('sm2'), rsa: makeAuthority('rsa') };

function writeKeys(folder: string, ...wanted: (keyof typeof kinds)[]): void {
  for (const kind of wanted) {
    const { certificate, anchor, key } = authorities[kind];
    writeFileSync(
      path.join(folder, `${kind}.pem`),
      encodePem('CERTIFICATE', certificate.der) + encodePem('CERTIFICATE', anchor.der),
    );
    writeFileSync(path.join(folder, `${kind}.key.pem`), encodePem('PRIVATE KEY', key.privateKey.pkcs8));
  }
}

describe('the built-in authority', () => {
  const folder = mkdtempSync(path.join(tmpdir(), 'onelock-tsa-'));
  let service: TestService;
  beforeAll(async () => {
    writeKeys(folder, 'rsa', 'sm2');
    service = await createTestService({ tsaDir: folder }, start);
  });
  afterAll(async () => {
    await service.close();
    rmSync(folder, { recursive: true, force: true });
  });

  const ask = async (query: Uint8Array, more = '', headers: Record<string, string> = {}) => {
    const answer = await service.app.inject({
      method: 'POST',
      url: `/v1/tsa${more}`,
      headers: {
        authorization: `Bearer ${service.administrator}`,
        'content-type': 'application/timestamp-query',
        ...headers,
      },
      payload: Buffer.from(query),
    });
    return {
      status: answer.statusCode,
      type: answer.headers['content-type'],
      bytes: new Uint8Array(answer.rawPayload),
    };
  };
  const query = (algorithm: 'sm3' | 'sha256', more: object = {}): Uint8Array =>
    encodeTimestampRequest({
      ...{ digestAlgorithm: algorithm, digest: ops.digest(algorithm, content), nonce: ops.random(8) },
      ...more,
    });

  it('with an RSA key is asked and verified by OpenSSL', async () => {
    const file = (short: string): string => path.join(folder, short);
    writeFileSync(file('content.txt'), content);
    writeFileSync(file('ca.crt'), encodePem('CERTIFICATE', authorities.rsa.anchor.der));
    const openssl = (...args: string[]): string => execFileSync('openssl', args, { encoding: 'utf8', stdio: 'pipe' });
    openssl('ts', '-query', '-data', file('content.txt'), '-sha256', '-cert', '-out', file('query.tsq'));
    const { status, type, bytes } = await ask(new Uint8Array(readFileSync(file('query.tsq'))));
    expect({ status, type }).toEqual({ status: 200, type: 'application/timestamp-reply' });
    writeFileSync(file('reply.tsr'), bytes);
    const verify = (...more: string[]): string =>
      openssl('ts', '-verify', '-in', file('reply.tsr'), '-CAfile', file('ca.crt'), '-partial_chain', ...more);
    expect(verify('-queryfile', file('query.tsq'))).toContain('Verification: OK');
    expect(verify('-data', file('content.txt'))).toContain('Verification: OK');
    writeFileSync(file('other.txt'), 'another');
    expect(() => verify('-data', file('other.txt'))).toThrow();
    const text = openssl('ts', '-reply', '-in', file('reply.tsr'), '-text');
    expect(text).toMatch(/Status: Granted/);
    expect(text).toMatch(/Policy OID: 2\.999\.1/);
    expect(text).toMatch(/Accuracy: 0x01 seconds/);
    expect(text).toMatch(/Ordering: yes/);
  });

  it.each(['sm2', 'rsa'] as const)('with an %s key holds against the question', async (kind) => {
    const request = query(kind === 'sm2' ? 'sm3' : 'sha256');
    const token = requireGranted(parseTimestampResponse((await ask(request)).bytes));
    expect(token.info).toMatchObject({ policy: '2.999.1', ordering: true, accuracyMicroseconds: 1_000_000 });
    const checked = checkTimestampToken(token, { request: parseTimestampRequest(request), content }, ops);
    expect(checked.verdict).toEqual({ indication: 'passed' });
    expect(checked.certificate?.publicKey.kind).toBe(kind);
  });

  it('signs by the key that is asked for', async () => {
    for (const kind of ['sm2', 'rsa'] as const) {
      const token = requireGranted(parseTimestampResponse((await ask(query('sha256'), `?key=${kind}`)).bytes));
      expect(token.signedData.signers[0]?.digestAlgorithm).toBe(
        kind === 'sm2' ? '1.2.156.10197.1.401' : '2.16.840.1.101.3.4.2.1',
      );
    }
  });

  it('gives every stamp a number of its own and a time later than all before', async () => {
    const answers = await Promise.all(Array.from({ length: 40 }, () => ask(query('sm3'))));
    const stamps = answers.map(({ bytes }) => requireGranted(parseTimestampResponse(bytes)).info);
    expect(new Set(stamps.map(({ serialNumber }) => serialNumber)).size).toBe(40);
    const times = stamps.map(({ time }) => time.getTime());
    expect(new Set(times).size).toBe(40);
    for (const time of times) expect(Math.abs(time - service.ports.clock().getTime())).toBeLessThanOrEqual(1_000);
    const audit = await service.call('GET', '/v1/audit?action=timestamp.issue&limit=200', {
      token: service.administrator,
    });
    expect(audit.body.items.length).toBeGreaterThanOrEqual(40);
  });

  it.each([
    ['no request', Uint8Array.of(1, 2, 3), 'badDataFormat'],
    ['nothing', new Uint8Array(0), 'badDataFormat'],
    ['another policy', query('sm3', { policy: '1.2.3' }), 'unacceptedPolicy'],
  ])('refuses %s by RFC 3161', async (_what, request, failure) => {
    const { status, bytes } = await ask(request);
    expect(status).toBe(200);
    expect(parseTimestampResponse(bytes)).toMatchObject({ status: 'rejection', failure: [failure], token: null });
  });

  it('refuses SHA-1', async () => {
    const whole = derSequence(
      derInteger(1),
      derSequence(derSequence(derOid(oids.sha1), derNull()), derOctetString(ops.digest('sha1', content))),
      derBoolean(true),
    );
    expect(parseTimestampResponse((await ask(whole)).bytes).failure).toEqual(['badAlg']);
  });

  it('takes its own kind of body from callers alone', async () => {
    expect((await ask(query('sm3'), '', { 'content-type': 'application/json' })).status).toBe(415);
    expect((await ask(query('sm3'), '', { authorization: '' })).status).toBe(401);
    expect((await ask(query('sm3'), '?key=ed25519')).status).toBe(400);
    expect((await ask(new Uint8Array(70_000))).status).toBe(413);
    const json = await service.app.inject({
      method: 'POST',
      url: '/v1/certificates/validate',
      headers: { authorization: `Bearer ${service.administrator}`, 'content-type': 'application/timestamp-query' },
      payload: Buffer.from(query('sm3')),
    });
    expect(json.statusCode).toBe(415);
  });

  it('stamps nothing while the clock is in doubt, and nothing earlier than before', async () => {
    const failureOf = async () => parseTimestampResponse((await ask(query('sm3'))).bytes).failure;
    const now = service.ports.clock();
    expect(await failureOf()).toEqual([]);
    service.setClock(new Date(now.getTime() + 3_600_000));
    expect(await failureOf()).toEqual(['timeNotAvailable']);
    service.advance(61_000);
    expect(await failureOf()).toEqual([]);
    // Back: after the quarantine too, what was stamped later than now keeps it silent.
    service.setClock(now);
    expect(await failureOf()).toEqual(['timeNotAvailable']);
    service.advance(61_000);
    expect(await failureOf()).toEqual(['timeNotAvailable']);
    service.advance(3_600_000);
    expect(await failureOf()).toEqual([]);
    service.setClock(service.ports.clock());
  });

  it('is not there without keys, and refuses keys that are not for it', async () => {
    const bare = await createTestService({}, start);
    const answer = await bare.app.inject({
      ...{ method: 'POST', url: '/v1/tsa' },
      headers: { authorization: `Bearer ${bare.administrator}`, 'content-type': 'application/timestamp-query' },
      payload: Buffer.from(query('sm3')),
    });
    expect(answer.statusCode).toBe(404);
    await bare.close();
    const wrong = mkdtempSync(path.join(tmpdir(), 'onelock-tsa-wrong-'));
    writeKeys(wrong, 'rsa');
    writeFileSync(path.join(wrong, 'rsa.pem'), encodePem('CERTIFICATE', authorities.rsa.anchor.der));
    await expect(createTestService({ tsaDir: wrong }, start).catch((error: unknown) => error)).resolves.toFailWith(
      'ERR_SERVICE_CONFIG_INVALID',
    );
    writeKeys(wrong, 'rsa');
    const { privateKey } = ops.generateKeyPair(kinds.rsa);
    writeFileSync(path.join(wrong, 'rsa.key.pem'), encodePem('PRIVATE KEY', privateKey.pkcs8));
    await expect(createTestService({ tsaDir: wrong }, start).catch((error: unknown) => error)).resolves.toFailWith(
      'ERR_SERVICE_CONFIG_INVALID',
    );
    rmSync(wrong, { recursive: true, force: true });
  });
});

describe.each(['sm2', 'rsa'] as const)('registered authorities, with %s keys', (kind) => {
  const { anchor, key, certificate } = authorities[kind];
  const algorithm = kind === 'sm2' ? 'sm3' : 'sha256';
  let service: TestService;
  let double: SourceDouble;
  let caId: string;
  beforeAll(async () => {
    service = await createTestService({ ...evidenceSettings }, start);
    double = await SourceDouble.start();
    const { body } = await service.call('POST', '/v1/cas', {
      token: service.administrator,
      body: { name: '时间 CA', anchors: [toBase64(anchor.der)] },
    });
    caId = body.id;
  });
  afterAll(async () => {
    await double.stop();
    await service.close();
  });

  const honest =
    (change: object = {}) =>
    ({ body }: { readonly body: Uint8Array }): Uint8Array => {
      const { imprint, nonce } = parseTimestampRequest(body);
      const stamp = {
        digest: imprint.digest,
        digestAlgorithm: algorithm,
        ...(nonce && { nonce: unsigned(nonce) }),
      } as const;
      return granted(makeToken({ certificate, key, time: start, ...stamp, ...change }));
    };
  const unsigned = (nonce: Uint8Array): Uint8Array => (nonce[0] === 0 ? nonce.subarray(1) : nonce);
  const listed = (...paths: readonly string[]) =>
    service.call('PUT', `/v1/cas/${caId}/sources`, {
      token: service.administrator,
      body: { tsa: paths.map((one) => ({ url: double.url(one) })) },
    });
  const digest = { algorithm, value: toBase64(ops.digest(algorithm, content)) };
  const stamp = () => service.call('POST', '/v1/timestamps', { token: service.administrator, body: { digest } });
  const verify = (body: object) =>
    service.call('POST', '/v1/timestamps/verify', { token: service.administrator, body });

  it('give a stamp that holds, which is judged the same later', async () => {
    double.serve('/tsa', honest());
    await listed('/tsa');
    const { status, body } = await stamp();
    expect(status).toBe(200);
    expect(body).toMatchObject({ indication: 'passed', report: { indication: 'passed', time: start.toISOString() } });
    expect((await verify({ token: body.token, digest })).body).toMatchObject({ indication: 'passed' });
    expect((await verify({ token: body.token, content: toBase64(content) })).body.indication).toBe('passed');
    const response = toBase64(granted(fromBase64(body.token)));
    expect((await verify({ token: response, digest })).body.indication).toBe('passed');
    const other = await verify({ token: body.token, content: toBase64(new Uint8Array(3)) });
    expect(other.body).toMatchObject({ indication: 'failed', reason: { code: 'ERR_TIMESTAMP_MISMATCH' } });
    expect((await verify({ token: body.token })).status).toBe(400);
    expect((await verify({ token: 'AAAA', digest })).status).toBe(400);
    const verified = (await replayEverything(service)).filter(({ entry }) => entry.action === 'timestamp.verify');
    expect(verified.map(({ replay }) => replay.outcome)).toEqual(['same', 'same', 'same', 'same']);
  });

  it.each([
    ['answers another question', { digest: new Uint8Array(32) }],
    ['does not give the nonce back', { nonce: Uint8Array.of(5) }],
    ['is ahead of its time', { time: new Date(start.getTime() + 86_400_000) }],
  ])('whose stamp %s are passed over for the next one', async (what, change) => {
    const path_ = `/bad-${what.replaceAll(' ', '-')}`;
    double.serve(path_, honest(change));
    double.serve('/good', honest());
    await listed(path_, '/good');
    expect((await stamp()).body).toMatchObject({
      indication: 'passed',
      sources: [{ outcome: 'failed', reason: { code: 'ERR_TIMESTAMP_MISMATCH' } }, { outcome: 'current' }],
    });
    await listed(path_);
    expect((await stamp()).body).toMatchObject({ indication: 'indeterminate', token: null });
  });

  it.each(kind === 'sm2' ? misbehaviours : (['500'] as const))(
    'that do this: %s, leave nothing stamped and recover by themselves',
    async (how) => {
      const path_ = `/tsa-${how}`;
      double.serve(path_, honest());
      double.misbehaviours.set(path_, how);
      await listed(path_);
      const { status, body } = await stamp();
      expect(status).toBe(200);
      expect(body).toMatchObject({
        indication: 'indeterminate',
        token: null,
        report: null,
        sources: [{ outcome: 'failed' }],
      });
      expect(body.reason.code).toMatch(/^ERR_/);
      double.misbehaviours.delete(path_);
      expect((await stamp()).body.indication).toBe('passed');
    },
  );

  it('that are none leave nothing stamped', async () => {
    await listed();
    expect((await stamp()).body).toMatchObject({
      indication: 'indeterminate',
      reason: { code: 'ERR_TIMESTAMP_UNAVAILABLE' },
    });
  });
});

describe('a time server', () => {
  let server: Socket;
  let answer: (request: Buffer) => Buffer | undefined;
  beforeAll(async () => {
    server = createSocket('udp4');
    server.on('message', (request, from) => {
      const reply = answer(request);
      if (reply !== undefined) server.send(reply, from.port, from.address);
    });
    await new Promise<void>((resolve) => server.bind(0, '127.0.0.1', resolve));
  });
  afterAll(() => new Promise<void>((resolve) => server.close(() => resolve())));

  const ask = (timeoutMs = 5_000) =>
    askTimeServer(
      { host: '127.0.0.1', port: (server.address() as AddressInfo).port },
      { timeoutMs, now: () => start.getTime() },
    ).catch((error: unknown) => error);
  const reply = (
    request: Buffer,
    aheadSeconds: number,
    change: (packet: Buffer) => unknown = () => undefined,
  ): Buffer => {
    const packet = Buffer.alloc(48);
    packet[0] = 0x24;
    packet[1] = 2;
    request.copy(packet, 24, 40, 48);
    for (const at of [32, 40]) packet.writeUInt32BE(start.getTime() / 1000 + 2_208_988_800 + aheadSeconds, at);
    change(packet);
    return packet;
  };

  it.each([0, 7, -7])('says how far the clock is off: %d seconds', async (ahead) => {
    answer = (request) => reply(request, ahead);
    expect(await ask()).toBeCloseTo(ahead * 1000, 0);
  });

  it.each([
    ['does not know the time itself', (packet: Buffer) => packet.writeUInt8(0xe4, 0)],
    ['is no server', (packet: Buffer) => packet.writeUInt8(0x23, 0)],
    ['has no stratum', (packet: Buffer) => packet.writeUInt8(0, 1)],
    ['answers somebody else', (packet: Buffer) => packet.writeUInt8(0xff, 24)],
  ])('that %s is not believed', async (_what, change) => {
    answer = (request) => reply(request, 0, change);
    expect(await ask()).toFailWith('ERR_EVIDENCE_MALFORMED');
  });

  it('that says nothing or nonsense is a coded failure', async () => {
    answer = () => undefined;
    expect(await ask(200)).toFailWith('ERR_EVIDENCE_TIMEOUT');
    answer = () => Buffer.from('x');
    expect(await ask()).toFailWith('ERR_EVIDENCE_MALFORMED');
  });
});
