import { readFileSync } from 'node:fs';
import path from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { fromHex, toHex } from '@onelock/core/bytes';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { checkpointIsBy, readCheckpoint } from '../src/audit/checkpoint.ts';
import { canonicalEntry } from '../src/audit/entry.ts';
import {
  type ForEachTree,
  rootFromInclusion,
  rootsFromConsistency,
  treeAlgorithms,
  treeHasher,
} from '../src/audit/merkle-tree.ts';
import { readCheckpoints, witnessFileName } from '../src/audit/witness-files.ts';
import { cleanUp } from '../src/jobs/housekeeping.ts';
import { rareActsOnly } from '../src/repositories/engine/rare-acts.ts';
import { makeCheckpoint } from '../src/services/audit-checkpoints.ts';
import { type AuditWitness, verifyAudit } from '../src/services/verify-audit.ts';
import { engine } from './support/database.ts';
import { createTestService, type TestService } from './support/service.ts';

let service: TestService;
beforeAll(async () => {
  service = await createTestService();
  for (let index = 0; index < 5; index++) await service.caller('vendor');
});
afterAll(() => service.close());

const rareQuery = `select * from audit_log where audit_log.action = 'audit.verify' and audit_log.action ${rareActsOnly}
  order by audit_log.sequence desc limit 10`;

function planOf(statement: string): readonly unknown[] {
  const database = new DatabaseSync(path.join(service.folder, 'service.db'), { readOnly: true });
  try {
    return database.prepare(statement.replace("'audit.verify'", '?')).all('audit.verify');
  } finally {
    database.close();
  }
}

/** So few rows are read whole, unless that is forbidden. */
async function postgresPlan(): Promise<readonly unknown[]> {
  const allow = (how: string) =>
    service.database.sql(`do $$ begin execute format('alter database %I ${how}', current_database()); end $$`);
  await allow('set enable_seqscan = off');
  try {
    return await service.database.sql(`explain ${rareQuery}`);
  } finally {
    await allow('reset enable_seqscan');
  }
}

const witnessFile = ({ folder }: TestService): string => path.join(folder, 'checkpoints', witnessFileName);

/** As the command does it: against what is kept outside the database. */
async function verify(one: TestService = service, more: Partial<AuditWitness> = {}) {
  await makeCheckpoint(one.ports);
  return verifyKept(one, more);
}

const verifyKept = (one: TestService, more: Partial<AuditWitness> = {}) =>
  verifyAudit(one.ports.store.audit, one.ports.ops, {
    checkpoints: readCheckpoints(witnessFile(one)),
    noted: null,
    key: one.ports.key.publicKey,
    ...more,
  });

/** Statements by which somebody who owns the database gets past its own refusals. */
const withoutGuards = (statement: string, table: string): string =>
  engine === 'postgres'
    ? `alter table ${table} disable trigger user; ${statement}; alter table ${table} enable trigger user;`
    : `${guardNames
        .filter((name) => name.startsWith(table))
        .map((name) => `drop trigger if exists ${name};`)
        .join('')}
       ${statement};`;
const guardNames = [
  ...['audit_log_refuse_update', 'audit_log_refuse_delete', 'audit_log_append_only'],
  ...['audit_details_refuse_update', 'audit_details_append_only', 'audit_nodes_refuse_update'],
  ...['audit_head_grows', 'audit_head_refuse_delete'],
];

async function withCopy(tamper: (copy: TestService) => Promise<void>): Promise<void> {
  const copy = await createTestService();
  try {
    await copy.caller('vendor');
    await copy.caller('vendor');
    expect(await verify(copy)).toMatchObject({ indication: 'passed', entries: 4, witnessedEntries: 4 });
    await tamper(copy);
  } finally {
    await copy.close();
  }
}

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
    const one = await service.call('GET', '/v1/audit/entries/2', { token: supervisor });
    expect(one.body).toMatchObject({ sequence: 2, action: 'administrator-code.redeem' });
    expect((await service.call('GET', '/v1/audit/entries/999999', { token: supervisor })).status).toBe(404);
  });

  const columns =
    'at, actor, role, action, target, outcome, reason, request_id, details_sm3, details_sha256, retain_until';
  it.each([
    ['update', "update audit_log set outcome = 'passed' where sequence = 2"],
    ['delete', 'delete from audit_log where sequence = 2'],
    ['insert with a gap', `insert into audit_log select sequence + 100, ${columns} from audit_log where sequence = 1`],
    ['insert in the middle', `insert into audit_log select sequence, ${columns} from audit_log where sequence = 2`],
    ['update of details', "update audit_details set details = '{}' where sequence = 2"],
    ['smaller head', 'update audit_head set size = size - 1'],
    ['head taken away', 'delete from audit_head'],
    ...(engine === 'sqlite'
      ? [
          ['replace', 'replace into audit_log select * from audit_log where sequence = 2'],
          ['insert or replace', 'insert or replace into audit_details select * from audit_details where sequence = 1'],
        ]
      : [['truncate', 'truncate audit_log']]),
  ])('is refused an %s by the database itself', async (_what, sql = '') => {
    await expect(service.database.sql(sql)).rejects.toThrow(/append-only|only grows|duplicate key/);
    expect((await verify()).indication).toBe('passed');
  });

  it('has hashes that anybody can compute from the answer', async () => {
    const { body } = await service.call('GET', '/v1/audit?limit=1', { token: service.administrator });
    const [entry] = body.items;
    const text = `onelock-audit-v2\n${JSON.stringify([
      entry.sequence,
      entry.at,
      entry.actor,
      entry.role,
      entry.action,
      entry.target,
      entry.outcome,
      entry.reason,
      entry.requestId,
      entry.detailsSm3,
      entry.detailsSha256,
      entry.retainUntil,
    ])}`;
    expect(new TextDecoder().decode(canonicalEntry(entry))).toBe(text);
    const details = `onelock-audit-details-v2\n${entry.detailsSalt}\n${JSON.stringify(entry.details)}`;
    const { ops } = service.ports;
    expect(toHex(ops.digest('sm3', new TextEncoder().encode(details)))).toBe(entry.detailsSm3);
    expect(toHex(ops.digest('sha256', new TextEncoder().encode(details)))).toBe(entry.detailsSha256);
    const proof = await service.call('GET', '/v1/audit/entries/1/inclusion', { token: service.administrator });
    expect(toHex(ops.digest('sm3', Uint8Array.of(0), new TextEncoder().encode(text)))).toBe(proof.body.sm3.leaf);
  });

  it('gives every act its place, however many come at once', async () => {
    const before = (await service.ports.store.audit.head()).size;
    await Promise.all(Array.from({ length: 300 }, () => service.caller('vendor')));
    expect((await service.ports.store.audit.head()).size).toBe(before + 300);
    expect(await verify()).toMatchObject({ indication: 'passed', entries: before + 300 });
  });
});

describe('proofs', () => {
  it('rest on stored nodes, which the database refuses to change and the verification compares', async () => {
    await expect(service.database.sql("update audit_nodes set sm3 = ''")).rejects.toThrow(/append-only/);
    await expect(service.database.sql('delete from audit_nodes')).rejects.toThrow(/append-only/);
    if (engine === 'sqlite') {
      const replaced = service.database.sql(
        'replace into audit_nodes select level, position, sm3, sm3 from audit_nodes',
      );
      await expect(replaced).rejects.toThrow(/append-only/);
    }
    const [node] = await service.database.sql('select sm3 from audit_nodes where level = 8 and position = 0');
    const set = (sm3: unknown): string => withoutGuards(`update audit_nodes set sm3 = '${sm3}'`, 'audit_nodes');
    await service.database.sql(set('0'.repeat(64)));
    expect(await verify()).toMatchObject({ reason: { params: { sequence: 256, rule: 'stored-node' } } });
    await service.database.sql(set(node?.sm3));
    expect((await verify()).indication).toBe('passed');
  });

  it('hold for entries in logs of any size, past the first stored node too', async () => {
    const { ops, store } = service.ports;
    const { size } = await store.audit.head();
    expect(size).toBeGreaterThan(256);
    for (const [sequence, of] of [
      [1, 1],
      [1, size],
      [size, size],
      [200, 256],
      [256, 256],
      [257, 257],
      [255, 300],
    ]) {
      const url = `/v1/audit/entries/${sequence}/inclusion?size=${of}`;
      const { body } = await service.call('GET', url, { token: service.administrator });
      for (const tree of treeAlgorithms) {
        const { leaf, root, path: hashes } = body[tree];
        const head = rootFromInclusion(
          treeHasher(ops, tree),
          fromHex(leaf),
          Number(sequence) - 1,
          Number(of),
          hashes.map(fromHex),
        );
        expect(head && toHex(head)).toBe(root);
      }
    }
  });

  it('show that the log only grew, and agree with its head', async () => {
    const { ops } = service.ports;
    const head = (await service.call('GET', '/v1/audit/head', { token: service.administrator })).body;
    for (const [first, second] of [
      [1, head.size],
      [255, 256],
      [256, 257],
      [7, 299],
      [299, head.size],
    ]) {
      const url = `/v1/audit/consistency?first=${first}&second=${second}`;
      const { body } = await service.call('GET', url, { token: service.administrator });
      for (const tree of treeAlgorithms) {
        const { firstRoot, root, path: hashes } = body[tree];
        const found = rootsFromConsistency(
          treeHasher(ops, tree),
          Number(first),
          Number(second),
          fromHex(firstRoot),
          hashes.map(fromHex),
        );
        expect(found && toHex(found.first)).toBe(firstRoot);
        expect(found && toHex(found.second)).toBe(root);
        if (second === head.size) expect(root).toBe(head[tree]);
      }
    }
  });

  it.each([
    ['/v1/audit/entries/9999999/inclusion', 404],
    ['/v1/audit/entries/2/inclusion?size=1', 404],
    ['/v1/audit/entries/1/inclusion?size=9999999', 404],
    ['/v1/audit/consistency?first=9&second=8', 400],
    ['/v1/audit/consistency?first=1&second=9999999', 404],
    ['/v1/audit/consistency?first=0', 400],
    ['/v1/audit/entries/0', 400],
    ['/v1/audit/entries/9007199254740993', 400],
  ])('of %s are refused with %i', async (url, status) => {
    expect((await service.call('GET', url, { token: service.administrator })).status).toBe(status);
  });
});

describe('checkpoints', () => {
  it('are signed by the key that the service publishes, and reach the witness outside the database', async () => {
    const { ops } = service.ports;
    const made = await service.call('POST', '/v1/audit/checkpoints', { token: service.administrator });
    expect(made.status).toBe(201);
    const keys = await service.call('GET', '/v1/keys');
    expect(keys.body.keys[0]).toMatchObject({ id: made.body.key, algorithm: 'sm2' });
    const checkpoint = readCheckpoint(made.body);
    expect(checkpoint && checkpointIsBy(checkpoint, service.ports.key.publicKey, ops)).toBe(true);
    const other = ops.generateKeyPair({ kind: 'sm2' }).publicKey;
    expect(checkpoint && checkpointIsBy(checkpoint, other, ops)).toBe(false);
    for (const changed of [{ size: made.body.size + 1 }, { at: '2026-01-01T00:00:00.000Z' }, { signature: 'AAAA' }])
      expect(checkpointIsBy({ ...made.body, ...changed }, service.ports.key.publicKey, ops)).toBe(false);
    const listed = await service.call('GET', '/v1/audit/checkpoints?limit=200', { token: service.administrator });
    expect(listed.body.items).toContainEqual(made.body);
    expect(readFileSync(witnessFile(service), 'utf8')).toContain(JSON.stringify(made.body));
  });

  it('are beside what people found who checked the log themselves; a success under other heads is refused', async () => {
    const token = await service.caller('supervisor');
    const { body: head } = await service.call('GET', '/v1/audit/head', { token });
    const found = {
      ...{ outcome: 'passed', after: 0, size: head.size, sm3: head.sm3, sha256: head.sha256 },
      ...{ checkpoints: 1, detailsErased: 0 },
    };
    const note = (body: object) => service.call('POST', '/v1/audit/verifications', { token, body });
    expect((await note(found)).status).toBe(201);
    expect((await note({ ...found, sm3: '0'.repeat(64) })).body.error.params.field).toBe('/sm3');
    expect((await note({ ...found, size: 1e9 })).status).toBe(404);
    const fault = { sequence: 3, rule: 'details-changed' };
    expect((await note({ ...found, outcome: 'failed', sm3: '0'.repeat(64), fault })).status).toBe(201);
    const { body } = await service.call('GET', '/v1/audit?action=audit.verify', { token });
    expect(body.items).toMatchObject([
      { outcome: 'passed', target: `size ${head.size}`, details: { sm3: head.sm3 } },
      { outcome: 'failed', reason: 'ERR_SERVICE_AUDIT_BROKEN', details: { fault } },
    ]);
  });

  it('are found by what was done without reading the whole log, where that is rare', async () => {
    const token = await service.caller('supervisor');
    const { body } = await service.call('GET', '/v1/audit?action=caller.create&order=newest-first&limit=1', { token });
    expect(body.items).toMatchObject([{ action: 'caller.create' }]);
    const plan = engine === 'sqlite' ? await planOf(`explain query plan ${rareQuery}`) : await postgresPlan();
    expect(JSON.stringify(plan)).toContain('audit_log_rare_acts');
  });

  it('stay as they were signed: nothing takes their place', async () => {
    await makeCheckpoint(service.ports);
    const stored = () => service.database.sql('select checkpoint from audit_checkpoints order by size');
    const before = await stored();
    const replace =
      engine === 'sqlite'
        ? "replace into audit_checkpoints select size, at, '{}' from audit_checkpoints"
        : "insert into audit_checkpoints select size, at, '{}' from audit_checkpoints on conflict do nothing";
    await service.database.sql(replace);
    expect(await stored()).toEqual(before);
    await expect(service.database.sql("update audit_checkpoints set checkpoint = '{}'")).rejects.toThrow(/append-only/);
  });

  it('are not made twice of the same log', async () => {
    const one = await service.call('POST', '/v1/audit/checkpoints', { token: service.administrator });
    const two = await service.call('POST', '/v1/audit/checkpoints', { token: service.administrator });
    expect(two.body).toEqual(one.body);
  });

  it('without any from outside, nothing is claimed', async () => {
    const report = await verifyAudit(service.ports.store.audit, service.ports.ops, {
      checkpoints: [],
      noted: null,
      key: null,
    });
    expect(report).toMatchObject({ indication: 'indeterminate', reason: { code: 'ERR_SERVICE_AUDIT_UNWITNESSED' } });
  });

  it('of another log, or by another key, fail the verification', async () => {
    await withCopy(async (copy) => {
      const others = readCheckpoints(witnessFile(service));
      expect(await verifyKept(copy, { checkpoints: others })).toMatchObject({
        indication: 'failed',
        reason: { params: { rule: 'checkpoint-of-another-log' } },
      });
      const { publicKey } = service.ports.ops.generateKeyPair({ kind: 'sm2' });
      expect(await verifyKept(copy, { key: publicKey })).toMatchObject({
        reason: { params: { rule: 'checkpoint-signature' } },
      });
    });
  });
});

describe('details', () => {
  it('are erased when their retention ends, which the log records and the verification accepts', async () => {
    const short = await createTestService({ auditPayloadRetentionDays: 1 });
    try {
      short.advance(2 * 86_400_000);
      await short.caller('vendor');
      expect((await cleanUp(short.ports)).auditDetails).toBe(2);
      expect((await cleanUp(short.ports)).auditDetails).toBe(0);
      expect(await verify(short)).toMatchObject({ indication: 'passed', entries: 4, detailsErased: 2 });
      const { body } = await short.call('GET', '/v1/audit?limit=1', { token: short.administrator });
      expect(body.items[0]).toMatchObject({ details: null, detailsSalt: null });
      // The recorded erasure covers no more than it says.
      await short.database.sql('delete from audit_details where sequence = 3');
      expect(await verify(short)).toMatchObject({ reason: { params: { sequence: 3, rule: 'details-removed' } } });
    } finally {
      await short.close();
    }
  });

  it('of one entry are erased by an administrator, with a reason, on record', async () => {
    await withCopy(async (copy) => {
      const body = { sequences: [3], reason: '当事人请求删除' };
      const supervisor = await copy.caller('supervisor');
      expect((await copy.call('POST', '/v1/audit/erasures', { token: supervisor, body })).status).toBe(403);
      const erased = await copy.call('POST', '/v1/audit/erasures', { token: copy.administrator, body });
      expect(erased).toMatchObject({ status: 201, body: { erased: 1 } });
      expect(await verify(copy)).toMatchObject({ indication: 'passed', detailsErased: 1 });
      const unknown = { sequences: [3, 4000], reason: 'x' };
      expect((await copy.call('POST', '/v1/audit/erasures', { token: copy.administrator, body: unknown })).status).toBe(
        404,
      );
    });
  });

  it('taken away by hand are missed', async () => {
    await withCopy(async (copy) => {
      await copy.database.sql('delete from audit_details where sequence = 2');
      expect(await verifyKept(copy)).toMatchObject({
        indication: 'failed',
        reason: { params: { sequence: 2, rule: 'details-removed' } },
      });
    });
  });

  it('changed by hand are found', async () => {
    await withCopy(async (copy) => {
      await copy.database.sql(
        withoutGuards("update audit_details set details = details || ' ' where sequence = 2", 'audit_details'),
      );
      expect(await verifyKept(copy)).toMatchObject({ reason: { params: { sequence: 2, rule: 'details-changed' } } });
    });
  });
});

describe('tampering by someone who takes the guards away', () => {
  const columns = ['at', 'actor', 'role', 'action', 'target', 'outcome', 'reason', 'request_id', 'retain_until'];

  it('with any column of any entry is found', async () => {
    await withCopy(async (copy) => {
      for (const column of columns) {
        const [row] = await copy.database.sql(`select ${column} as kept from audit_log where sequence = 3`);
        const set = (value: string): string =>
          withoutGuards(`update audit_log set ${column} = '${value}' where sequence = 3`, 'audit_log');
        await copy.database.sql(set('2020-01-01'));
        // The edge of the stored trees says it even without a witness, and so does every checkpoint.
        expect(await verifyKept(copy), column).toMatchObject({
          indication: 'failed',
          reason: { code: 'ERR_SERVICE_AUDIT_BROKEN', params: { rule: 'stored-head' } },
        });
        await copy.database.sql(set(String(row?.kept)));
        expect((await verifyKept(copy)).indication, column).toBe('passed');
      }
    });
  });

  it('by taking an entry out of the middle is found', async () => {
    await withCopy(async (copy) => {
      await copy.database.sql(withoutGuards('delete from audit_log where sequence = 2', 'audit_log'));
      expect(await verifyKept(copy)).toMatchObject({ reason: { params: { sequence: 2, rule: 'sequence' } } });
    });
  });

  it('by cutting the end off is found', async () => {
    await withCopy(async (copy) => {
      await copy.database.sql(withoutGuards('delete from audit_log where sequence = 4', 'audit_log'));
      expect(await verifyKept(copy)).toMatchObject({ reason: { params: { sequence: 4, rule: 'cut-off' } } });
    });
  });

  it('by rewriting the log with everything that is computed from it is found by a checkpoint from outside', async () => {
    await withCopy(async (copy) => {
      // Whoever does this well makes the log that would have been, with three entries in place of four.
      const edge = await edgeAt(copy, 3);
      await copy.database.sql(withoutGuards('delete from audit_log where sequence = 4', 'audit_log'));
      await copy.database.sql('delete from audit_details where sequence = 4');
      await copy.database.sql(
        withoutGuards(
          `update audit_head set size = 3, frontier_sm3 = '${edge.sm3}', frontier_sha256 = '${edge.sha256}'`,
          'audit_head',
        ),
      );
      const alone = await verifyAudit(copy.ports.store.audit, copy.ports.ops, {
        checkpoints: [],
        noted: null,
        key: null,
      });
      expect(alone).toMatchObject({ indication: 'indeterminate', entries: 3 });
      expect(await verifyKept(copy)).toMatchObject({
        indication: 'failed',
        reason: { params: { sequence: 4, rule: 'cut-off' } },
      });
    });
  });

  it('is found by a head that somebody noted', async () => {
    await withCopy(async (copy) => {
      const { size, sm3 } = (await copy.call('GET', '/v1/audit/head', { token: copy.administrator })).body;
      const noted = (head: { size: number; sm3: string }) => verifyKept(copy, { checkpoints: [], noted: head });
      expect((await noted({ size, sm3 })).indication).toBe('passed');
      expect(await noted({ size, sm3: '0'.repeat(64) })).toMatchObject({ reason: { params: { rule: 'noted-head' } } });
      expect(await noted({ size: 99, sm3 })).toMatchObject({ reason: { params: { rule: 'cut-off' } } });
    });
  });
});

/** The right edge of a log of so many of the entries that are there. */
async function edgeAt({ ports }: TestService, size: number): Promise<ForEachTree<string>> {
  const { growLog } = await import('../src/audit/grow-log.ts');
  const entries = await ports.store.audit.entries(0, size);
  return growLog({ size: 0, frontier: { sm3: '', sha256: '' } }, entries, ports.ops).frontier;
}
