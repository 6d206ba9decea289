import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { DatabaseSync } from 'node:sqlite';
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

/** The chain as the service wrote it before: here its hashes are placeholders, which the conversion only carries over. */
const chain = (count: number): void => {
  sqlite.exec('begin');
  for (let sequence = 1; sequence <= count; sequence++) {
    const previous = sequence === 1 ? '0'.repeat(64) : String(sequence - 1).padStart(64, 'a');
    sqlite.exec(`insert into audit_entries values (${sequence}, '2026-06-01T00:00:00.000Z', 'clr_1', 'administrator',
      'caller.create', 'clr_${sequence}', 'done', '', 'digest', 'req_1', '${previous}', '${String(sequence).padStart(64, 'a')}')`);
    sqlite.exec(
      `insert into audit_payloads values (${sequence}, 'salt', '{"n":${sequence}}', '2030-01-01T00:00:00.000Z')`,
    );
  }
  sqlite.exec('commit');
};

/** In one transaction, as the migrator does it. */
const migrate = () => database.transaction().execute((transaction) => merkleLog.up(transaction, dialects.sqlite));

const verify = () =>
  verifyAudit(createAuditReadings(database), createNodeCrypto(), { checkpoints: [], noted: null, key: null });

it('makes leaves of the entries of the chain, with their details, and names the chain’s end', async () => {
  chain(300);
  sqlite.exec('delete from audit_payloads where sequence in (2, 7)');
  await migrate();
  // Whole in itself; that nobody outside has seen it yet is said too.
  expect(await verify()).toMatchObject({ indication: 'indeterminate', entries: 302, detailsErased: 2 });
  const audit = createAuditReadings(database);
  expect(await audit.bySequence(3)).toMatchObject({ target: 'clr_3', details: { details: '{"n":3}' } });
  expect(await audit.bySequence(301)).toMatchObject({ action: 'audit.erase-details', target: 'entries 2,7' });
  expect(await audit.bySequence(302)).toMatchObject({
    action: 'audit.convert',
    target: `sm3 chain 300:${'300'.padStart(64, 'a')}`,
  });
});

it('leaves a new database with an empty log', async () => {
  await migrate();
  expect(await verify()).toMatchObject({ entries: 0 });
});
