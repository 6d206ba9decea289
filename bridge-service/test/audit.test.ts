import path from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { cleanUp } from '../src/jobs/housekeeping.ts';
import { canonicalEntry } from '../src/services/audit-chain.ts';
import { verifyAudit } from '../src/services/verify-audit.ts';
import { createTestService, type TestService } from './support/service.ts';

let service: TestService;
beforeAll(async () => {
  service = await createTestService();
  for (let index = 0; index < 5; index++) await service.caller('vendor');
});
afterAll(() => service.close());

const verify = () => verifyAudit(service.ports.store.audit, service.ports.ops, null);

/** Someone with the database file in hand. */
const tamper = (sql: string): void => {
  const database = new DatabaseSync(path.join(service.folder, 'service.db'));
  try {
    database.exec(sql);
  } finally {
    database.close();
  }
};

describe('the audit log', () => {
  it('is read oldest first, page by page, by supervisors', async () => {
    const supervisor = await service.caller('supervisor');
    const seen: number[] = [];
    let cursor: string | null = null;
    do {
      const url: string = `/v1/audit?limit=3${cursor === null ? '' : `&cursor=${cursor}`}`;
      const { body } = await service.call('GET', url, { token: supervisor });
      seen.push(...body.items.map(({ sequence }: { sequence: number }) => sequence));
      cursor = body.nextCursor;
    } while (cursor !== null);
    expect(seen).toEqual(Array.from({ length: seen.length }, (_, index) => index + 1));
    expect(seen.length).toBeGreaterThanOrEqual(8);
  });

  it.each([
    ['update', "update audit_entries set outcome = 'passed' where sequence = 2"],
    ['delete', 'delete from audit_entries where sequence = 2'],
    ['replace', 'replace into audit_entries select * from audit_entries where sequence = 2'],
    ['insert or replace', 'insert or replace into audit_entries select * from audit_entries where sequence = 1'],
    [
      'insert with a gap',
      'insert into audit_entries select sequence + 100, at, actor, role, action, target, outcome, reason, payload_digest, request_id, hash, hash from audit_entries order by sequence desc limit 1',
    ],
    [
      'insert that forgets the hash before it',
      `insert into audit_entries select sequence + 1, at, actor, role, action, target, outcome, reason, payload_digest, request_id, '${'0'.repeat(64)}', hash from audit_entries order by sequence desc limit 1`,
    ],
  ])('is refused an %s by the database itself', async (_what, sql) => {
    expect(() => tamper(sql)).toThrow(/audit_entries/);
    expect((await verify()).indication).toBe('passed');
  });

  it('has hashes that anybody can compute from the answer', async () => {
    const { body } = await service.call('GET', '/v1/audit?limit=1', { token: service.administrator });
    const [entry] = body.items;
    const bytes = `onelock-audit-v1\n${JSON.stringify([
      entry.sequence,
      entry.at,
      entry.actor,
      entry.role,
      entry.action,
      entry.target,
      entry.outcome,
      entry.reason,
      entry.payloadDigest,
      entry.requestId,
      entry.previousHash,
    ])}`;
    expect(new TextDecoder().decode(canonicalEntry(entry))).toBe(bytes);
    const sm3 = (text: string) =>
      Buffer.from(service.ports.ops.digest('sm3', new TextEncoder().encode(text))).toString('hex');
    expect(sm3(bytes)).toBe(entry.hash);
    expect(sm3(`onelock-audit-payload-v1\n${entry.payloadSalt}\n${JSON.stringify(entry.payload)}`)).toBe(
      entry.payloadDigest,
    );
  });

  it('keeps its chain when the payloads beside it are erased', async () => {
    const short = await createTestService({ auditPayloadRetentionDays: 1 });
    try {
      short.advance(2 * 86_400_000);
      await short.caller('vendor');
      expect((await cleanUp(short.ports)).auditPayloads).toBe(2);
      const report = await verifyAudit(short.ports.store.audit, short.ports.ops, null);
      expect(report).toMatchObject({ indication: 'passed', entries: 3, payloadsErased: 2 });
      const { body } = await short.call('GET', '/v1/audit?limit=1', { token: short.administrator });
      expect(body.items[0]).toMatchObject({ payload: null, payloadSalt: null });
    } finally {
      await short.close();
    }
  });
});

describe('tampering by someone who drops the triggers', () => {
  const columns = ['at', 'actor', 'role', 'action', 'target', 'outcome', 'reason', 'payload_digest', 'request_id'];

  it.each(columns)('with the column %s is found', async (column) => {
    const [trigger] = tamperedTrigger();
    tamper(
      `drop trigger audit_entries_refuse_update; alter table audit_entries add column kept text;
       update audit_entries set kept = ${column}, ${column} = 'x' where sequence = 3;`,
    );
    expect(await verify()).toMatchObject({
      indication: 'failed',
      reason: { code: 'ERR_SERVICE_AUDIT_BROKEN', params: { sequence: 3, rule: 'hash' } },
    });
    tamper(
      `update audit_entries set ${column} = kept where sequence = 3; alter table audit_entries drop column kept; ${trigger};`,
    );
    expect((await verify()).indication).toBe('passed');
  });

  it('with a payload is found', async () => {
    tamper(`update audit_payloads set payload = payload || ' ' where sequence = 2`);
    expect(await verify()).toMatchObject({ reason: { params: { sequence: 2, rule: 'payload-digest' } } });
    tamper(`update audit_payloads set payload = rtrim(payload) where sequence = 2`);
  });

  it('by taking an entry out is found', async () => {
    const copy = await createTestService();
    try {
      await copy.caller('vendor');
      const database = new DatabaseSync(path.join(copy.folder, 'service.db'), { enableForeignKeyConstraints: false });
      database.exec('drop trigger audit_entries_refuse_delete; delete from audit_entries where sequence = 2');
      database.close();
      const report = await verifyAudit(copy.ports.store.audit, copy.ports.ops, null);
      expect(report).toMatchObject({ reason: { params: { sequence: 3, rule: 'sequence' } } });
    } finally {
      await copy.close();
    }
  });

  it('by cutting the end off is found by a head that was noted', async () => {
    const copy = await createTestService();
    try {
      await copy.caller('vendor');
      const { head } = await verifyAudit(copy.ports.store.audit, copy.ports.ops, null);
      const database = new DatabaseSync(path.join(copy.folder, 'service.db'), { enableForeignKeyConstraints: false });
      database.exec('drop trigger audit_entries_refuse_delete; delete from audit_entries where sequence = 3');
      database.close();
      const { audit } = copy.ports.store;
      expect((await verifyAudit(audit, copy.ports.ops, null)).indication).toBe('passed');
      expect(await verifyAudit(audit, copy.ports.ops, head)).toMatchObject({
        indication: 'failed',
        reason: { params: { sequence: 3, rule: 'noted-head' } },
      });
    } finally {
      await copy.close();
    }
  });
});

/** The statement that makes the trigger, as the database remembers it. */
function tamperedTrigger(): readonly [string] {
  const database = new DatabaseSync(path.join(service.folder, 'service.db'));
  try {
    const row = database.prepare("select sql from sqlite_master where name = 'audit_entries_refuse_update'").get() as {
      sql: string;
    };
    return [row.sql];
  } finally {
    database.close();
  }
}
