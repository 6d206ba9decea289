import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { toHex } from '@onelock/core/bytes';
import { createNodeCrypto } from '@onelock/core/crypto/node';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createEvidenceSeal, evidenceKeysFile, loadEvidenceSeal, UnknownSeal } from '../src/services/evidence-seal.ts';
import { sealKept } from '../src/services/seal-kept.ts';
import { pem } from './support/pki.ts';
import { replayEverything } from './support/replay.ts';
import { createTestService, type TestService } from './support/service.ts';

const ops = createNodeCrypto();
let service: TestService;
let secrets: string;
const content = '甲方 330102199001011234 愿以 1,204 万元承包';

beforeAll(async () => {
  service = await createTestService();
  secrets = path.join(service.folder, 'secrets');
  const token = service.administrator;
  await service.call('POST', '/v1/cas', {
    token,
    body: { name: '甲 CA', anchors: [pem('sm2/root')], intermediates: [pem('sm2/intermediate')] },
  });
  await service.call('POST', '/v1/certificates/validate', { token, body: { certificate: pem('sm2/leaf') } });
  await service.call('POST', '/v1/signatures/verify', {
    token,
    body: {
      kind: 'raw',
      certificate: pem('sm2/leaf'),
      content: Buffer.from(content).toString('base64'),
      signature: Buffer.from('no signature').toString('base64'),
    },
  });
});
afterAll(() => service.close());

const kept = () => service.database.sql('select digest, sealed_by, bytes from evidence_items order by digest');
/** Items whose bytes are what they are named by. */
const inClear = async (): Promise<number> =>
  (await kept()).filter(({ digest, bytes }) => toHex(ops.digest('sm3', bytes as Uint8Array)) === digest).length;
const outcomes = async () => (await replayEverything(service)).map(({ replay }) => replay.outcome);
const sameAll = async (): Promise<void> => {
  const found = await outcomes();
  expect(found.length).toBeGreaterThan(1);
  expect(new Set(found)).toEqual(new Set(['same']));
};
const always = (): boolean => true;

describe('what judgements were made from', () => {
  it('is kept sealed, and judged from again', async () => {
    const items = await kept();
    expect(items.length).toBeGreaterThan(3);
    expect(new Set(items.map(({ sealed_by }) => sealed_by))).toEqual(new Set([service.ports.seal.keyId]));
    expect(await inClear()).toBe(0);
    await sameAll();
  });

  it('opens in its own place alone, and not when a bit of it was changed', async () => {
    const { seal } = service.ports;
    const [first, second] = await kept();
    const item = {
      digest: String(first?.digest),
      bytes: new Uint8Array(first?.bytes as Uint8Array),
      sealedBy: seal.keyId,
    };
    expect(seal.open(item)).not.toBeNull();
    expect(seal.open({ ...item, digest: String(second?.digest) })).toBeNull();
    for (const at of [0, 12, item.bytes.length - 1]) {
      const bytes = item.bytes.slice();
      bytes[at] = (bytes[at] ?? 0) ^ 1;
      expect(seal.open({ ...item, bytes })).toBeNull();
    }
    for (const length of [0, 5, 27]) expect(seal.open({ ...item, bytes: item.bytes.slice(0, length) })).toBeNull();
    expect(() => seal.open({ ...item, sealedBy: '0'.repeat(16) })).toThrow(UnknownSeal);
  });

  it('was kept in clear by earlier versions: that is sealed a few at a time, and can be judged from before, meanwhile and after', async () => {
    for (const { digest, bytes, sealed_by: sealedBy } of await kept()) {
      const plain = service.ports.seal.open({
        digest: String(digest),
        bytes: bytes as Uint8Array,
        sealedBy: String(sealedBy),
      });
      const hex = Buffer.from(plain ?? []).toString('hex');
      const literal = service.database.location.engine === 'sqlite' ? `x'${hex}'` : `'\\x${hex}'`;
      await service.database.sql(
        `update evidence_items set bytes = ${literal}, sealed_by = '' where digest = '${digest}'`,
      );
    }
    expect(await inClear()).toBe((await kept()).length);
    await sameAll();
    let left = 1;
    await sealKept(service.ports, () => left-- > 0);
    await sameAll();
    expect(await sealKept(service.ports, always)).toMatchObject({ left: 0 });
    expect(await inClear()).toBe(0);
    await sameAll();
    expect(await sealKept(service.ports, always)).toEqual({ sealed: 0, left: 0 });
  });

  it('is sealed by one key when two nodes without any begin at once on a database: the other does not begin', async () => {
    const forget = () => service.database.sql("delete from service_facts where name = 'evidence-key'");
    await forget();
    const folders = ['one', 'other'].map((name) => path.join(service.folder, name));
    const begun = await Promise.allSettled(folders.map((folder) => loadEvidenceSeal(folder, service.ports)));
    await forget();
    expect(begun.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
  });

  it('is sealed by another key when one is put before it, and the one before may go then', async () => {
    const file = path.join(secrets, evidenceKeysFile);
    const old = readFileSync(file, 'utf8');
    writeFileSync(file, `${'ab'.repeat(32)}\n${old}`);
    const seal = await loadEvidenceSeal(secrets, service.ports);
    expect(seal.keyId).not.toBe(service.ports.seal.keyId);
    const ports = { store: service.ports.store, seal };
    expect((await sealKept(ports, always)).sealed).toBe((await kept()).length);
    // A node that still seals by the key before has kept something meanwhile; it begins anew with the other first.
    const [late] = await kept();
    const { digest = '', bytes: sealed } = late ?? {};
    const plain = seal.open({ digest: String(digest), bytes: sealed as Uint8Array, sealedBy: seal.keyId });
    const hex = Buffer.from(service.ports.seal.seal(String(digest), plain ?? new Uint8Array())).toString('hex');
    await service.database.sql(
      `update evidence_items set bytes = ${service.database.location.engine === 'sqlite' ? `x'${hex}'` : `'\\x${hex}'`},
        sealed_by = '${service.ports.seal.keyId}' where digest = '${String(digest)}'`,
    );
    expect(await sealKept(ports, always)).toEqual({ sealed: 0, left: 0 });
    expect(await sealKept(ports, always, 'all')).toEqual({ sealed: 1, left: 0 });
    writeFileSync(file, `${'ab'.repeat(32)}\n`);
    const alone = await loadEvidenceSeal(secrets, service.ports);
    for (const { digest, bytes, sealed_by: sealedBy } of await kept())
      expect(
        alone.open({ digest: String(digest), bytes: bytes as Uint8Array, sealedBy: String(sealedBy) }),
      ).not.toBeNull();
    // A node that has not been told of the key yet says so, and calls nothing altered.
    expect(new Set(await outcomes())).toEqual(new Set(['impossible']));
    // Neither without the key nor with another in its place does a service begin.
    writeFileSync(file, old);
    const other = loadEvidenceSeal(secrets, service.ports).catch((error: unknown) => error);
    await expect(other).resolves.toFailWith('ERR_SERVICE_CONFIG_INVALID');
    rmSync(file);
    const none = loadEvidenceSeal(secrets, service.ports).catch((error: unknown) => error);
    await expect(none).resolves.toFailWith('ERR_SERVICE_CONFIG_INVALID');
    expect(() => readFileSync(file)).toThrow();
    for (const text of ['', 'xyz\n', `${'ab'.repeat(31)}\n`]) {
      writeFileSync(file, text, { mode: 0o600 });
      expect(() => createEvidenceSeal(secrets, ops)).toFailWith('ERR_SERVICE_CONFIG_INVALID');
    }
  });
});
