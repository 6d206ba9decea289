import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { segmentSize } from '../src/audit/segment-index.ts';
import { indexAudit } from '../src/services/index-audit.ts';
import type { AuditFilter } from '../src/services/ports/store.ts';
import { createTestService, type TestService } from './support/service.ts';

let service: TestService;
const count = Math.floor(segmentSize * 1.2);

/** A segment and a bit, of which each actor and target has some everywhere. */
beforeAll(async () => {
  service = await createTestService();
  const [head] = await service.database.sql('select size from audit_head');
  const size = Number(head?.size);
  // Rows alone: what is found by them asks no tree.
  await service.database.sql(`
    insert into audit_log (sequence, at, actor, role, action, target, outcome, reason, request_id, details_sm3, details_sha256, retain_until)
    with recursive n(i) as (select 0 union all select i + 1 from n where i < ${count - 1})
    select ${size} + i + 1, '2026-06-01T00:00:00.000Z', 'clr_' || (i % 7), 'platform', 'certificate.validate',
      case when i % 4999 = 0 then 'rare' else 'sm3:' || (i % 1000) end, 'passed', '', 'x', '', '', '' from n;
    update audit_head set size = ${size} + ${count}`);
});
afterAll(() => service.close());

const all = async (filter: AuditFilter, limit = 97): Promise<readonly number[]> => {
  const found: number[] = [];
  for (let after: number | null = null; ; ) {
    const page = await service.ports.store.audit.list({ after, limit }, filter);
    found.push(...page.map(({ sequence }) => sequence));
    if (page.length < limit) return found;
    after = page.at(-1)?.sequence ?? null;
  }
};
const filters: readonly AuditFilter[] = [
  { target: 'rare' },
  { target: 'sm3:17' },
  { target: 'sm3:17', actor: 'clr_3' },
  { target: 'sm3:17', action: 'login.judge' },
  { target: 'nothing' },
  { actor: 'clr_nobody' },
  { actor: 'administrator', action: 'administrator-code.issue' },
];
const everything = () =>
  Promise.all(filters.flatMap((filter) => [all(filter), all({ ...filter, newestFirst: true }, 31)]));

describe('the index of the audit log', () => {
  it('gives the same entries in the same order as the log itself: before it is there, half made, and made', async () => {
    expect(await service.ports.store.audit.indexedSegments()).toBe(0);
    const before = await everything();
    expect(before[0]?.length).toBe(4);
    expect(before[2]?.length).toBe(Math.ceil((count - 17) / 1_000));
    expect(before[3]).toEqual([...(before[2] ?? [])].reverse());
    let steps = 50;
    expect(await indexAudit(service.ports, () => steps-- > 0)).toBe(0);
    expect(await everything()).toEqual(before);
    expect(await indexAudit(service.ports)).toBe(1);
    expect(await service.ports.store.audit.indexedSegments()).toBe(1);
    expect(await everything()).toEqual(before);
    expect(await indexAudit(service.ports)).toBe(0);
    const [rows] = await service.database.sql('select count(*) as n from audit_index');
    expect(Number(rows?.n)).toBe(segmentSize * 2);
  });

  it('does not read the log for what is not in it', async () => {
    // Without the entries of the whole segments nothing but the index can tell of them.
    const [one] = await service.ports.store.audit.list({ after: null, limit: 1 }, { target: 'rare' });
    expect(one?.sequence).toBeLessThan(segmentSize);
    await service.database.sql(`delete from audit_index where sequence = ${one?.sequence}`);
    expect(await all({ target: 'rare' })).not.toContain(one?.sequence);
  });

  it('is written by two nodes at once as by one', async () => {
    await service.database.sql("delete from audit_index; delete from service_facts where name = 'audit-index'");
    await Promise.all([indexAudit(service.ports), indexAudit(service.ports)]);
    const [rows] = await service.database.sql('select count(*) as n from audit_index');
    expect(Number(rows?.n)).toBe(segmentSize * 2);
  });
});
