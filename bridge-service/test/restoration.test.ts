import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Checkpoint } from '../src/audit/checkpoint.ts';
import { Epochs } from '../src/audit/epochs.ts';
import {
  lostHeadOf,
  type Restoration,
  type RestorationDetails,
  restorationAction,
  restorationTarget,
  signRestoration,
} from '../src/audit/restoration.ts';
import { readCheckpoints, witnessFileName } from '../src/audit/witness-files.ts';
import { exportAudit } from '../src/commands/audit-export.ts';
import { verifyAuditOf } from '../src/commands/audit-verify.ts';
import { backUp, restore } from '../src/commands/copy.ts';
import { declareRestorationOf } from '../src/commands/declare-restoration.ts';
import { makeCheckpoint } from '../src/services/audit-checkpoints.ts';
import type { AuditEntryWithDetails } from '../src/services/ports/store.ts';
import { newTestDatabase, type TestDatabase } from './support/database.ts';
import { createTestService, type TestService } from './support/service.ts';

let first: TestService;
let folder: string;
let backup: string;
/** What a witness kept: of the log as it was backed up, of what came later, and of its last entry. */
let kept: string;
let key: string;
let early: Checkpoint;
let middle: Checkpoint;
let late: Checkpoint;
const undo: (() => Promise<void>)[] = [];

beforeAll(async () => {
  folder = mkdtempSync(path.join(tmpdir(), 'onelock-restoration-'));
  first = await createTestService();
  for (let index = 0; index < 3; index++) await first.caller('vendor');
  early = await makeCheckpoint(first.ports);
  backup = path.join(folder, 'backup.db');
  await backUp({}, { database: placeOf(first.database), to: backup });
  await first.caller('vendor');
  middle = await makeCheckpoint(first.ports);
  await first.caller('vendor');
  late = await makeCheckpoint(first.ports);
  [kept, key] = [path.join(folder, 'kept.jsonl'), path.join(folder, 'key.pem')];
  copyFileSync(path.join(first.folder, 'checkpoints', witnessFileName), kept);
  const spki = Buffer.from(first.ports.key.publicKey.spki).toString('base64');
  writeFileSync(key, `-----BEGIN PUBLIC KEY-----\n${spki}\n-----END PUBLIC KEY-----\n`);
});
afterAll(async () => {
  for (const one of undo.reverse()) await one();
  await first.close();
  rmSync(folder, { recursive: true, force: true });
});

const placeOf = ({ location }: TestDatabase): string => (location.engine === 'sqlite' ? location.file : location.url);

/** The machine after the loss: the secrets of before, a database that is empty, and no checkpoint of its own. */
async function newMachine(): Promise<{ database: TestDatabase; folder: string; environment: Record<string, string> }> {
  const own = mkdtempSync(path.join(folder, 'machine-'));
  const database = await newTestDatabase(own);
  undo.push(() => database.drop());
  mkdirSync(path.join(own, 'secrets'));
  for (const name of ['signing-key.pem', 'data-key'])
    copyFileSync(path.join(first.folder, 'secrets', name), path.join(own, 'secrets', name));
  return { database, folder: own, environment: { ONELOCK_SERVICE_DATA_DIR: own } };
}

const words = { reason: '磁盘损坏，只有昨夜的备份', by: '张三', approvedBy: '李四' };

/** Of a new database: on SQLite not even its tables may be there. */
async function entriesIn({ sql }: TestDatabase): Promise<readonly unknown[]> {
  const [there] = await sql('select count(*) as n from audit_head').catch(() => []);
  return there === undefined ? [] : sql('select sequence from audit_log');
}

async function restored(more: { checkpoints?: readonly string[] } = {}) {
  const machine = await newMachine();
  const place = placeOf(machine.database);
  const asked = { database: place, from: backup, checkpoints: more.checkpoints ?? [kept], ...words };
  const report = await restore(machine.environment, asked);
  return { ...machine, place, report };
}

/** The service on the restored database, which goes on. */
async function goOn({ database, folder: own }: { database: TestDatabase; folder: string }): Promise<TestService> {
  const service = await createTestService({ dataDir: own }, new Date('2026-06-02T00:00:00Z'), {
    ...first,
    database,
    folder: own,
  });
  undo.push(() => service.close());
  return service;
}

function witnessed(name: string, checkpoints: readonly Checkpoint[]): string {
  const file = path.join(folder, name);
  writeFileSync(file, checkpoints.map((one) => `${JSON.stringify(one)}\n`).join(''));
  return file;
}

const verify = (place: string, checkpoints: readonly string[], accepted: readonly string[] = []) =>
  verifyAuditOf(
    {},
    {
      ...{ database: place, log: undefined, entriesOnly: false, head: undefined },
      ...{ key, checkpoints, accepted },
    },
  );

describe('a log that was restored from an older backup', () => {
  it('is not put back silently where witnesses know more than the backup has', async () => {
    const { database, environment } = await newMachine();
    const asked = { database: placeOf(database), from: backup, checkpoints: [kept] };
    const silent = restore(environment, asked).catch((error: unknown) => error);
    await expect(silent).resolves.toFailWith('ERR_SERVICE_RESTORATION_UNDECLARED');
    expect(await entriesIn(database)).toEqual([]);
    const alone = restore(environment, { ...asked, ...words, approvedBy: words.by }).catch((error: unknown) => error);
    await expect(alone).resolves.toFailWith('ERR_SERVICE_RESTORATION_SECOND_PERSON');
    const two = { ...environment, ONELOCK_SERVICE_CHANGE_CONTROL: 'two-person' };
    const one = restore(two, { ...asked, reason: 'x', by: 'y' }).catch((error: unknown) => error);
    await expect(one).resolves.toFailWith('ERR_SERVICE_RESTORATION_SECOND_PERSON');
  });

  it('says what was lost, by whom and why, and verifies as continued: neither passed nor failed', async () => {
    const { place, report, ...machine } = await restored();
    const declared = { sequence: early.size + 1, kept: early.size, lostFrom: early.size + 1, lostTo: late.size };
    expect(report.restoration).toMatchObject({ ...declared, ...words, undeclared: 0 });
    const service = await goOn(machine);
    await service.caller('vendor');
    const after = await makeCheckpoint(service.ports);
    expect(after.log).not.toBe(early.log);

    const file = witnessed('both.jsonl', [...readCheckpoints(kept), after]);
    const found = await verify(place, [file]);
    expect(found).toMatchObject({
      indication: 'continued',
      reason: { code: 'ERR_SERVICE_AUDIT_CONTINUED', params: { ...declared, by: '张三' } },
      restorations: [{ ...words, signatureChecked: true, key: early.key }],
      checkpointsLost: 2,
      witnessedEntries: after.size,
    });
    // Whoever has looked into it says so, each time.
    expect(await verify(place, [file], [String(declared.sequence)])).toMatchObject({ indication: 'passed' });
    expect(await verify(place, [file], ['2'])).toMatchObject({ indication: 'continued' });
    // Who cannot tell whether the service declared it has not looked into it.
    const unkeyed = verifyAuditOf(
      {},
      {
        ...{ database: place, log: undefined, entriesOnly: false, head: undefined, key: undefined },
        ...{ checkpoints: [file], accepted: [String(declared.sequence)] },
      },
    );
    await expect(unkeyed.catch((error: unknown) => error)).resolves.toFailWith('ERR_CLI_USAGE');
  });

  it('fails for the witnesses as long as nobody has declared anything', async () => {
    const { database } = await newMachine();
    await restore({}, { database: placeOf(database), from: backup });
    expect(await verify(placeOf(database), [kept])).toMatchObject({
      indication: 'failed',
      reason: { params: { rule: 'cut-off', sequence: early.size + 1 } },
    });
  });

  it('may be declared afterwards, with what was written since', async () => {
    const { database, folder: own, environment } = await newMachine();
    const place = placeOf(database);
    await restore({}, { database: place, from: backup });
    const service = await goOn({ database, folder: own });
    for (let index = 0; index < 4; index++) await service.caller('vendor');
    const between = await makeCheckpoint(service.ports);
    expect(between.size).toBeGreaterThan(late.size);
    expect(await verify(place, [kept])).toMatchObject({ indication: 'failed' });

    const asked = { database: place, checkpoints: [kept], ...words };
    const vague = declareRestorationOf(environment, { ...asked, kept: undefined }).catch((error: unknown) => error);
    await expect(vague).resolves.toFailWith('ERR_SERVICE_RESTORATION_KEPT');
    const declared = await declareRestorationOf(environment, { ...asked, kept: String(early.size) });
    expect(declared).toMatchObject({ kept: early.size, lostTo: late.size, undeclared: between.size - early.size });
    const again = declareRestorationOf(environment, { ...asked, kept: undefined }).catch((error: unknown) => error);
    await expect(again).resolves.toFailWith('ERR_SERVICE_RESTORATION_NOTHING');
    const file = witnessed('since.jsonl', [...readCheckpoints(kept), between, await makeCheckpoint(service.ports)]);
    expect(await verify(place, [file])).toMatchObject({ indication: 'continued', checkpointsLost: 2 });
  });

  it('reads of the file of a witness that kept years what may be lost, not every line of it', async () => {
    const { database, folder: own, environment } = await newMachine();
    const place = placeOf(database);
    await restore({}, { database: place, from: backup });
    const service = await goOn({ database, folder: own });
    // Lines that would take minutes if each were looked at: none of them is by the service's key.
    const old = Array.from({ length: 3_000 }, () => ({ ...early, size: 1, signature: 'AAAA' }));
    const agreeing = Array.from({ length: 20 }, () => early);
    const file = witnessed('years.jsonl', [...old, ...agreeing, middle, late]);
    const asked = { database: place, checkpoints: [file], ...words, kept: undefined };
    expect(await declareRestorationOf(environment, asked)).toMatchObject({ kept: early.size, lostTo: late.size });
    await service.caller('vendor');
  });

  it('fails where a witness knows more than the declaration says', async () => {
    const { place } = await restored({ checkpoints: [witnessed('less.jsonl', [early, middle])] });
    const less = witnessed('less-after.jsonl', [early, middle]);
    expect(await verify(place, [less])).toMatchObject({ indication: 'continued', checkpointsLost: 1 });
    expect(await verify(place, [kept])).toMatchObject({
      indication: 'failed',
      reason: { params: { rule: 'cut-off' } },
    });
  });

  it('fails for the witnesses of another branch, which was declared too', async () => {
    const [one, other] = [await restored(), await restored()];
    const branch = await goOn(one);
    const theirs = await makeCheckpoint(branch.ports);
    const file = witnessed('branch.jsonl', [theirs]);
    expect(await verify(one.place, [file])).toMatchObject({ indication: 'continued' });
    expect(await verify(other.place, [file])).toMatchObject({
      indication: 'failed',
      reason: { params: { rule: 'checkpoint-of-another-log' } },
    });
    // Until that branch is declared lost as well.
    await declareRestorationOf(other.environment, {
      ...{ database: other.place, checkpoints: [file], ...words, kept: String(early.size) },
    });
    const both = witnessed('branches.jsonl', [...readCheckpoints(kept), theirs]);
    expect(await verify(other.place, [both])).toMatchObject({ indication: 'continued', checkpointsLost: 3 });
  });

  it('is verified from its export too, without the details of its other entries', async () => {
    const { place } = await restored();
    const to = path.join(folder, 'entries.ndjson');
    await exportAudit({}, { database: place, to, entriesOnly: true });
    const asked = { database: undefined, log: to, entriesOnly: true, head: undefined, key, checkpoints: [kept] };
    expect(await verifyAuditOf({}, asked)).toMatchObject({ indication: 'continued', checkpointsLost: 2 });
    const text = readFileSync(to, 'utf8');
    writeFileSync(to, text.replace('张三', '王五'));
    expect(await verifyAuditOf({}, asked)).toMatchObject({ indication: 'failed' });
  });

  it('keeps its declaration for ever, and its name otherwise', async () => {
    const { report, ...machine } = await restored();
    const service = await goOn(machine);
    const erased = await service.call('POST', '/v1/audit/erasures', {
      token: first.administrator,
      body: { sequences: [report.restoration?.sequence], reason: 'x' },
    });
    expect([erased.status, erased.body.error.code]).toEqual([409, 'ERR_REQUEST_CONFLICT']);
    const renamed = machine.database.sql(`update audit_head set size = size + 1, log = '${'0'.repeat(32)}'`);
    await expect(renamed).rejects.toThrow(/only grows/);
  });

  it('is not declared over checkpoints that the service never signed', async () => {
    const { database, environment } = await newMachine();
    const forged = witnessed('forged.jsonl', [{ ...late, size: late.size + 5 }]);
    const asked = { database: placeOf(database), from: backup, checkpoints: [forged], ...words };
    await expect(restore(environment, asked).catch((error: unknown) => error)).resolves.toFailWith(
      'ERR_SERVICE_RESTORATION_UNSIGNED',
    );
    expect(await entriesIn(database)).toEqual([]);
  });
});

describe('a declaration', () => {
  const heads = { sm3: 'a'.repeat(64), sha256: 'b'.repeat(64) };
  const at = '2026-06-02T00:00:00.000Z';
  const next = 'c'.repeat(32);
  const truth = (): Restoration => ({ log: early.log, kept: early.size, lostTo: late.size, written: early.size, next });
  const said = () => ({ ...words, heads, lost: [lostHeadOf(middle), lostHeadOf(late)] });

  function entryOf(restoration: Restoration, details: RestorationDetails | object): AuditEntryWithDetails {
    return {
      ...{ sequence: restoration.written + 1, at, actor: 'server-console', role: 'none', action: restorationAction },
      ...{ target: restorationTarget(restoration), outcome: 'done', reason: '', requestId: '' },
      ...{ detailsSm3: '', detailsSha256: '', retainUntil: at },
      details: { salt: '', details: JSON.stringify({ restoration: details }) },
    };
  }
  const signed = (restoration: Restoration, more: Partial<RestorationDetails> = {}) =>
    entryOf(restoration, signRestoration(restoration, at, { ...said(), ...more }, first.ports.key));
  const epochs = () => new Epochs(first.ports.ops, first.ports.key.publicKey);
  const take = (entry: AuditEntryWithDetails) => epochs().take(entry, () => heads);

  it('is believed when it says what was', () => {
    expect(take(signed(truth()))).toBeNull();
  });

  it.each<[string, string, () => AuditEntryWithDetails]>([
    ['less than was lost', 'restoration-false', () => signed({ ...truth(), lostTo: late.size - 1 })],
    ['nothing of what was lost', 'restoration-false', () => signed(truth(), { lost: [] })],
    [
      'that something kept was lost',
      'restoration-false',
      () => signed({ ...truth(), kept: middle.size, written: middle.size }),
    ],
    ['to keep more than there was', 'restoration-false', () => signed({ ...truth(), kept: early.size + 1 })],
    ['another log before it', 'restoration-false', () => signed(truth(), { heads: { ...heads, sm3: 'd'.repeat(64) } })],
    ['another place', 'restoration-false', () => ({ ...signed(truth()), sequence: 99 })],
    ['no new name', 'restoration-forked', () => signed({ ...truth(), next: early.log })],
    ['nothing that can be read', 'restoration-unreadable', () => entryOf(truth(), { lost: 'all' })],
    ['it in another form', 'restoration-unreadable', () => ({ ...signed(truth()), target: 'log lost' })],
    [
      'something else than was signed',
      'restoration-signature',
      () =>
        entryOf(truth(), {
          ...signRestoration(truth(), at, said(), first.ports.key),
          reason: '另有原因',
        }),
    ],
    [
      'no JSON',
      'restoration-unreadable',
      () => ({ ...signed(truth()), details: { salt: '', details: '{"restoration":' } }),
    ],
    ['it without its details', 'restoration-unreadable', () => ({ ...signed(truth()), details: null })],
  ])('that says %s is not', (_what, rule, entry) => {
    expect(take(entry())).toBe(rule);
  });

  it('of a name that has ended already is a fork', () => {
    const one = epochs();
    expect(one.take(signed(truth()), () => heads)).toBeNull();
    const second = { ...truth(), written: early.size + 1, next: 'e'.repeat(32) };
    expect(one.take(signed(second), () => heads)).toBe('restoration-forked');
    expect(one.take(signed({ ...second, log: next, next: early.log }), () => heads)).toBe('restoration-forked');
    expect(one.take(signed({ ...second, log: next }), () => heads)).toBeNull();
  });

  it('lets no checkpoint of the earlier name pass beyond its end', () => {
    const one = epochs();
    one.take(signed(truth(), { lost: [lostHeadOf(late)] }), () => heads);
    expect(one.hold(late, next, undefined)).toBe('lost');
    expect(one.hold(early, next, early)).toBe('agrees');
    expect(one.hold(middle, next, middle)).toEqual({ fault: 'checkpoint' });
    expect(one.hold({ ...late, log: 'f'.repeat(32) }, next, undefined)).toEqual({ fault: 'checkpoint-of-another-log' });
  });
});
