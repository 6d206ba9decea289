import { readFileSync } from 'node:fs';
import { decodePem, toBase64, utf8Encode } from '@onelock/core/bytes';
import { prepareSignedData } from '@onelock/core/cms';
import { createNodeCrypto } from '@onelock/core/crypto/node';
import { parseCertificate } from '@onelock/core/x509';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createTestService, type TestService } from './support/service.ts';

const ops = createNodeCrypto();

function der(file: string): Uint8Array {
  const text = readFileSync(new URL(`../../vectors/pki/sm2/${file}`, import.meta.url), 'utf8');
  const block = decodePem(text).at(-1);
  if (block === undefined) throw new Error(`no PEM block in ${file}`);
  return block.bytes;
}

function sign(content: unknown): Uint8Array {
  const certificate = parseCertificate(der('driver-signer.pem'));
  const text = typeof content === 'string' ? content : JSON.stringify(content);
  const prepared = prepareSignedData({ content: utf8Encode(text), detached: false, certificate }, ops);
  const key = { kind: 'sm2', pkcs8: der('driver-signer.test-key.pem') } as const;
  return prepared.assemble(ops.sign(key, prepared.algorithm, prepared.toBeSigned));
}

const catalogue = (version: number) => sign({ kind: 'onelock-driver-catalogue', version });

let service: TestService;
beforeAll(async () => {
  service = await createTestService();
});
afterAll(() => service.close());

const publish = (signed: Uint8Array, token = service.administrator) =>
  service.call('PUT', '/v1/driver-catalogue', { token, body: { catalogue: toBase64(signed) } });

describe('the driver catalogue', () => {
  it('is not there until an administrator publishes one', async () => {
    expect((await service.call('GET', '/v1/driver-catalogue')).status).toBe(404);
  });

  it('is given out to everybody, byte for byte as it was signed, and by its tag only when it changed', async () => {
    const signed = catalogue(10);
    expect((await publish(signed)).body).toMatchObject({ version: 10 });
    const answer = await service.app.inject({ method: 'GET', url: '/v1/driver-catalogue' });
    expect(answer.statusCode).toBe(200);
    expect(answer.headers['content-type']).toBe('application/pkcs7-mime');
    expect(new Uint8Array(answer.rawPayload)).toEqual(signed);
    const headers = { 'if-none-match': String(answer.headers.etag) };
    expect((await service.call('GET', '/v1/driver-catalogue', { headers })).status).toBe(304);
  });

  it('says for people what it holds, whatever is missing in it', async () => {
    const { status, body } = await service.call('GET', '/v1/driver-catalogue/summary', {
      token: service.administrator,
    });
    expect(status, JSON.stringify(body)).toBe(200);
    expect(body).toMatchObject({ version: 10, drivers: [], recalls: [], issuedAt: null });
    expect(body.signer).toContain('CN=');
  });

  it('goes forward only', async () => {
    for (const version of [9, 10]) {
      const refused = await publish(catalogue(version));
      expect(refused.status).toBe(409);
      expect(refused.body.error).toMatchObject({ code: 'ERR_DRIVER_VERSION_ROLLBACK', params: { known: 10 } });
    }
    const next = catalogue(11);
    expect((await publish(next)).status).toBe(200);
    expect((await publish(next)).body).toMatchObject({ version: 11 });
    const { body } = await service.call('GET', '/v1/audit?action=driver-catalogue.publish', {
      token: service.administrator,
    });
    expect(body.items).toHaveLength(2);
  });

  it('is published by administrators alone', async () => {
    const operator = await service.caller('operator');
    expect((await publish(catalogue(12), operator)).status).toBe(403);
  });

  it.each([
    ['unsigned JSON', () => utf8Encode('{"kind":"onelock-driver-catalogue","version":12}'), 'MANIFEST_MALFORMED'],
    ['something else that was signed', () => sign({ kind: 'onelock-driver', version: 12 }), 'MANIFEST_MALFORMED'],
    ['a catalogue without a version', () => sign({ kind: 'onelock-driver-catalogue' }), 'MANIFEST_MALFORMED'],
    ['no JSON', () => sign('hello'), 'MANIFEST_MALFORMED'],
    ['an altered catalogue', () => altered(catalogue(12)), 'MANIFEST_UNTRUSTED'],
  ])('is refused when it is %s', async (_what, make, code) => {
    const refused = await publish(make());
    expect(refused.status).toBeGreaterThanOrEqual(400);
    expect(refused.body.error.code).toBe(`ERR_DRIVER_${code}`);
  });

  it('is not published while bids are opened, unless it is urgent', async () => {
    const platform = await service.caller('platform', { origins: ['https://bid.example.cn'] });
    const now = service.ports.clock().getTime();
    const [startsAt, endsAt] = [1, 2].map((hour) => new Date(now + hour * 3_600_000).toISOString());
    const body = { title: '示范标段', startsAt, endsAt };
    const opening = await service.call('POST', '/v1/bid-openings', { token: platform, body });
    expect(opening.status, JSON.stringify(opening.body)).toBe(201);
    const signed = catalogue(20);
    expect((await publish(signed)).body.error).toMatchObject({
      code: 'ERR_CHANGE_FROZEN',
      params: { opening: '示范标段', until: endsAt },
    });
    const urgent = await service.call('PUT', '/v1/driver-catalogue', {
      token: service.administrator,
      body: { catalogue: toBase64(signed), urgent: true },
    });
    expect(urgent.body).toMatchObject({ version: 20 });
    await service.call('DELETE', `/v1/bid-openings/${opening.body.id}`, { token: platform });
    expect((await publish(catalogue(21))).status).toBe(200);
  });

  it('lists what was published, newest first, page by page', async () => {
    expect((await publish(catalogue(30))).status).toBe(200);
    expect((await publish(catalogue(31))).status).toBe(200);
    const list = (query: string) =>
      service.call('GET', `/v1/driver-catalogue/versions${query}`, { token: service.administrator });
    const first = await list('?limit=1');
    expect(first.body.items).toMatchObject([{ version: 31, publishedBy: expect.stringMatching(/^clr_/) }]);
    const second = await list(`?limit=1&cursor=${first.body.nextCursor}`);
    expect(second.body).toMatchObject({ items: [{ version: 30 }], nextCursor: expect.any(String) });
  });
});

function altered(signed: Uint8Array): Uint8Array {
  const at = Buffer.from(signed).indexOf('"version":12') + '"version":'.length;
  return signed.map((byte, index) => (index === at ? 0x39 : byte));
}
