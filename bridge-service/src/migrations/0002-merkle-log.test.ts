import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { toHex, utf8Encode } from '@onelock/core/bytes';
import { createNodeCrypto } from '@onelock/core/crypto/node';
import { Kysely } from 'kysely';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { createAuditReadings } from '../repositories/audit.ts';
import type { ServiceDatabase, Tables } from '../repositories/engine/schema.ts';
import { createSqliteDialect } from '../repositories/engine/sqlite-dialect.ts';
import { verifyAudit } from '../services/verify-audit.ts';
import { firstTables } from './0001-first-tables.ts';
import { merkleLog } from './0002-merkle-log.ts';
import { dialects } from './migration.ts';

let folder: string;
let sqlite: DatabaseSync;
let database: ServiceDatabase;
beforeEach(async () => {
  folder = mkdtempSync(path.join(tmpdir(), 'onelock-convert-'));
  sqlite = new DatabaseSync(path.join(folder, 'service.db'), { enableForeignKeyConstraints: true });
  database = new Kysely<Tables>({ dialect: createSqliteDialect(sqlite) });
  await firstTables.up(database, dialects.sqlite);
});
afterEach(async () => {
  await database.destroy();
  rmSync(folder, { recursive: true, force: true });
});

const ops = createNodeCrypto();
const sm3 = (text: string): string => toHex(ops.digest('sm3', utf8Encode(text)));

/** The chain as the service wrote it before. @returns its last hash */
const chain = (count: number): string => {
  let previous = '0'.repeat(64);
  sqlite.exec('begin');
  for (let sequence = 1; sequence <= count; sequence++) {
    const details = `{"n":${sequence}}`;
    const named = [
      '2026-06-01T00:00:00.000Z',
      'clr_1',
      'administrator',
      'caller.create',
      `clr_${sequence}`,
      'done',
      '',
    ];
    const digest = sm3(`onelock-audit-payload-v1\nsalt\n${details}`);
    const hash = sm3(`onelock-audit-v1\n${JSON.stringify([sequence, ...named, digest, 'req_1', previous])}`);
    sqlite
      .prepare('insert into audit_entries values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)')
      .run(sequence, ...named, digest, 'req_1', previous, hash);
    sqlite
      .prepare("insert into audit_payloads values (?, 'salt', ?, '2030-01-01T00:00:00.000Z')")
      .run(sequence, details);
    previous = hash;
  }
  sqlite.exec('commit');
  return previous;
};

/** In one transaction, as the migrator does it. */
const migrate = () => database.transaction().execute((transaction) => merkleLog.up(transaction, dialects.sqlite));

const verify = () =>
  verifyAudit(createAuditReadings(database), createNodeCrypto(), { checkpoints: [], noted: null, key: null });

it('makes leaves of the entries of the chain, with their details, and names the chain’s end', async () => {
  const end = chain(300);
  sqlite.exec('delete from audit_payloads where sequence in (2, 7)');
  await migrate();
  // Whole in itself; that nobody outside has seen it yet is said too.
  expect(await verify()).toMatchObject({ indication: 'indeterminate', entries: 302, detailsErased: 2 });
  const audit = createAuditReadings(database);
  expect(await audit.bySequence(3)).toMatchObject({ target: 'clr_3', details: { details: '{"n":3}' } });
  expect(await audit.bySequence(301)).toMatchObject({ action: 'audit.erase-details', target: 'entries 2,7' });
  expect(await audit.bySequence(302)).toMatchObject({
    action: 'audit.convert',
    target: `sm3 chain 300:${end}`,
  });
});

it('says where a chain was broken that it converts', async () => {
  const end = chain(20);
  sqlite.exec("drop trigger audit_entries_refuse_update; update audit_entries set actor = 'clr_2' where sequence = 12");
  await migrate();
  expect(await createAuditReadings(database).bySequence(21)).toMatchObject({
    target: `sm3 chain 20:${end} broken at 12`,
  });
});

it('leaves a new database with an empty log', async () => {
  await migrate();
  expect(await verify()).toMatchObject({ entries: 0 });
});
