import { readFileSync } from 'node:fs';
import path from 'node:path';
import { fromBase64, toBase64, toHex } from '@onelock/core/bytes';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { cleanUp } from '../src/jobs/housekeeping.ts';
import { engine } from './support/database.ts';
import { makeLoginToken, pem, testKey } from './support/pki.ts';
import { replayEverything } from './support/replay.ts';
import { createTestService, type TestService } from './support/service.ts';

const origin = 'https://bid.example.cn';
const day = 86_400_000;
let service: TestService;
beforeEach(async () => {
  service = await createTestService({ auditPayloadRetentionDays: 30 });
});
afterEach(() => service.close());

it('log-ins, which name people, end with the retention of the details that say the same', async () => {
  const platform = await service.caller('platform', { origins: [origin] });
  await service.call('POST', '/v1/cas', {
    token: service.administrator,
    body: { name: 'sm2', anchors: [pem('sm2/root')], intermediates: [pem('sm2/intermediate')] },
  });
  const { body } = await service.call('POST', '/v1/challenges', { token: platform, body: { origin } });
  const challenge = fromBase64(body.challenge);
  const token = makeLoginToken(service.ports.ops, { certificate: 'sm2/leaf', key: 'sm2/leaf', origin, challenge });
  const login = await service.call('POST', '/v1/logins', { token: platform, body: { token } });
  expect(login.body.identity).not.toBeNull();
  service.advance(29 * day);
  expect((await cleanUp(service.ports)).logins).toBe(0);
  service.advance(2 * day);
  expect((await cleanUp(service.ports)).logins).toBe(1);
  expect((await service.call('GET', `/v1/logins/${login.body.id}`, { token: platform })).status).toBe(404);
});

it('what somebody signed goes with the details that are erased on their request, from the whole database', async () => {
  const platform = await service.caller('platform', { origins: [origin] });
  const text = '委托代理人：张三丰，身份证 11010519491231002X，电话 13800138000';
  const content = new TextEncoder().encode(text);
  const userId = new TextEncoder().encode('1234567812345678');
  const signature = service.ports.ops.sign(testKey('sm2/leaf'), { kind: 'sm2-sm3', userId }, content);
  const verify = () =>
    service.call('POST', '/v1/signatures/verify', {
      token: platform,
      body: {
        ...{ kind: 'raw', content: toBase64(content), signature: toBase64(signature), certificate: pem('sm2/leaf') },
      },
    });
  const verified = await verify();
  expect(verified.status, JSON.stringify(verified.body)).toBe(200);
  const number = '11010519491231002X';
  const digest = toHex(service.ports.ops.digest('sm3', content));
  const [item] = await service.database.sql(`select bytes from evidence_items where digest = '${digest}'`);
  const sealed = Buffer.from(item?.bytes as Uint8Array);
  const stores = async (bytes: Buffer): Promise<boolean> => {
    // SQLite keeps what was in its log of writes until that is begun anew; PostgreSQL shows bytes in hex.
    if (engine === 'sqlite') await service.database.sql('pragma wal_checkpoint(truncate)');
    const stored = await service.database.stored();
    if (engine === 'postgres') return stored.includes(bytes.toString('hex'));
    return readFileSync(path.join(service.folder, 'service.db')).includes(bytes);
  };
  const inClear = (): Promise<boolean> => stores(Buffer.from(number));
  const held = (): Promise<boolean> => stores(sealed.subarray(-40));
  expect(await held()).toBe(true);
  expect(await inClear()).toBe(false);
  const { body } = await service.call('GET', '/v1/audit?action=signature.verify', { token: service.administrator });
  const erased = await service.call('POST', '/v1/audit/erasures', {
    token: service.administrator,
    body: { sequences: [body.items[0].sequence], reason: '当事人请求删除' },
  });
  expect(erased.body).toEqual({ erased: 1, evidenceErased: 1 });
  expect(await held()).toBe(false);
  // Judged again on the same day, it is kept again: that judgement can be replayed.
  await verify();
  expect((await replayEverything(service)).map(({ replay }) => replay.outcome)).toEqual(['impossible', 'same']);
});

it('whom an entry of the watch-list was about is forgotten with the log of its end', async () => {
  const [proposer, approver] = [await service.caller('operator'), await service.caller('supervisor')];
  const entry = {
    kind: 'person',
    value: '11010519491231002X',
    action: 'block',
    reason: '调查',
    evidence: '〔2026〕12 号',
  };
  const make = async (expiresAt: string): Promise<string> => {
    const { body } = await service.call('POST', '/v1/watchlist', { token: proposer, body: { ...entry, expiresAt } });
    await service.call('POST', `/v1/watchlist/${body.id}/decision`, { token: approver, body: { decision: 'approve' } });
    return body.id;
  };
  const [short, long] = [await make('2026-06-02T00:00:00Z'), await make('2027-06-01T00:00:00Z')];
  const kept = async () =>
    (await service.database.sql("select id from watch_entries where sealed <> '' order by id")).map(({ id }) => id);
  service.advance(30 * day);
  await cleanUp(service.ports);
  expect(await kept()).toEqual([short, long].sort());
  service.advance(2 * day);
  expect((await cleanUp(service.ports)).watchEntries).toBe(1);
  expect(await kept()).toEqual([long]);
  const { body } = await service.call('GET', `/v1/watchlist/${short}`, { token: approver });
  expect(body.shown).toMatch(/^11\*+2X$/);
});

it('a clock that was set is told to whoever watches the metrics, with or without stamps', async () => {
  const inDoubt = async () =>
    /onelock_clock_in_doubt\{reason="stepped"\} (\d)/.exec((await service.call('GET', '/metrics')).body)?.[1];
  expect(await inDoubt()).toBe('0');
  service.setClock(new Date(service.ports.clock().getTime() + 3_600_000));
  expect(await inDoubt()).toBe('1');
});
