import { copyFileSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { isCodedError } from '@onelock/core/errors';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { backUp, restore } from '../src/commands/copy.ts';
import type { DatabaseLocation } from '../src/repositories/engine/database-location.ts';
import { openDatabase } from '../src/repositories/engine/open-database.ts';
import { newTestDatabase } from './support/database.ts';
import { pem } from './support/pki.ts';
import { createTestService, type TestService } from './support/service.ts';

let service: TestService;
let folder: string;
beforeAll(async () => {
  folder = mkdtempSync(path.join(tmpdir(), 'onelock-copy-'));
  service = await createTestService();
  const token = service.administrator;
  for (const body of [
    { name: '甲 CA', anchors: [pem('sm2/root')], intermediates: [pem('sm2/intermediate')] },
    { name: '乙 CA', anchors: [pem('rsa/root')] },
  ])
    await service.call('POST', '/v1/cas', { token, body });
  await service.call('POST', '/v1/certificates', { token, body: { certificate: pem('sm2/leaf') } });
  for (let index = 0; index < 300; index++)
    await service.call('POST', '/v1/certificates/validate', { token, body: { certificate: pem('sm2/leaf') } });
});
afterAll(async () => {
  await service.close();
  rmSync(folder, { recursive: true, force: true });
});

const placeOf = (location: DatabaseLocation): string => (location.engine === 'sqlite' ? location.file : location.url);

/** Every row of every table, as text in the order of the keys. */
async function contentOf(location: DatabaseLocation): Promise<Readonly<Record<string, unknown>>> {
  const database = await openDatabase(location);
  try {
    const content: Record<string, unknown> = {};
    for (const { name } of await database.introspection.getTables()) {
      if (name.startsWith('migrations')) continue;
      const rows = await database
        .selectFrom(name as 'cas')
        .selectAll()
        .execute();
      content[name] = rows
        .map((row) =>
          JSON.stringify(
            Object.entries<unknown>(row)
              .map(([column, value]) => [
                column,
                value instanceof Uint8Array ? Buffer.from(value).toString('hex') : value,
              ])
              .sort(),
          ),
        )
        .sort();
    }
    return content;
  } finally {
    await database.destroy();
  }
}

describe('a backup', () => {
  it('is made beside a running service, whole and verified, and goes back into an empty database', async () => {
    const file = path.join(folder, 'backup.db');
    let stopped = false;
    const token = service.administrator;
    const writing = (async () => {
      while (!stopped)
        await service.call('POST', '/v1/certificates/validate', { token, body: { certificate: pem('sm2/leaf') } });
    })();
    const report = await backUp({}, { database: placeOf(service.database.location), to: file });
    stopped = true;
    await writing;
    expect(report.audit.indication).not.toBe('failed');
    expect(report.rows).toMatchObject({ cas: 2, certificates: 1 });
    expect(report.rows.audit_log).toBeGreaterThan(300);
    expect(readdirSync(folder)).toEqual(['backup.db']);
    expect(statSync(file).mode & 0o077).toBe(0);

    const other = mkdtempSync(path.join(tmpdir(), 'onelock-restored-'));
    const target = await newTestDatabase(other);
    try {
      const back = await restore({}, { database: placeOf(target.location), from: file });
      expect(back.rows).toEqual(report.rows);
      expect(await contentOf(target.location)).toEqual(await contentOf({ engine: 'sqlite', file }));
      // It is a database like any other: the guards are back, and nothing is put on top of what is there.
      await expect(target.sql("update audit_log set actor = 'x'")).rejects.toThrow(/append-only/);
      const again = await restore({}, { database: placeOf(target.location), from: file }).catch(
        (error: unknown) => error,
      );
      expect(isCodedError(again) && again.code).toBe('ERR_CLI_USAGE');
    } finally {
      await target.drop();
      rmSync(other, { recursive: true, force: true });
    }
  });

  it('that somebody has changed is not put back, and nothing of it stays', async () => {
    const file = path.join(folder, 'changed.db');
    copyFileSync(path.join(folder, 'backup.db'), file);
    const changing = new DatabaseSync(file);
    changing.exec(`drop trigger audit_log_refuse_update; update audit_log set actor = 'x' where sequence = 2`);
    changing.close();
    const other = mkdtempSync(path.join(tmpdir(), 'onelock-restored-'));
    const target = await newTestDatabase(other);
    try {
      const failed = restore({}, { database: placeOf(target.location), from: file });
      await expect(failed.catch((error: unknown) => error)).resolves.toFailWith('ERR_SERVICE_AUDIT_BROKEN');
      expect(await target.sql('select sequence from audit_log')).toEqual([]);
      // Whole as it was, it takes the whole backup.
      const back = await restore({}, { database: placeOf(target.location), from: path.join(folder, 'backup.db') });
      expect(back.rows.cas).toBe(2);
    } finally {
      await target.drop();
      rmSync(other, { recursive: true, force: true });
    }
  });

  it('of an older version is left as it is: no backup brings a running one to this version, and restoring works on a copy', async () => {
    const file = path.join(folder, 'older.db');
    copyFileSync(path.join(folder, 'backup.db'), file);
    const older = new DatabaseSync(file);
    older.exec("drop index platform_messages_due; delete from migrations where name = '0180-messages-due'");
    older.close();
    const before = readFileSync(file);
    const other = mkdtempSync(path.join(tmpdir(), 'onelock-restored-'));
    const target = await newTestDatabase(other);
    try {
      const made = backUp({}, { database: file, to: path.join(other, 'backup.db') });
      await expect(made.catch((error: unknown) => error)).resolves.toFailWith('ERR_SERVICE_DATABASE_OLDER');
      const environment = { ONELOCK_SERVICE_DATA_DIR: path.join(other, 'data') };
      const back = await restore(environment, { database: placeOf(target.location), from: file });
      expect([back.rows.cas, back.from]).toEqual([2, file]);
      expect(readdirSync(path.join(other, 'data'))).toEqual([]);
      expect(readFileSync(file).equals(before)).toBe(true);
    } finally {
      await target.drop();
      rmSync(other, { recursive: true, force: true });
    }
  });

  it('overwrites no file', async () => {
    const to = path.join(folder, 'backup.db');
    const again = await backUp({}, { database: placeOf(service.database.location), to }).catch(
      (error: unknown) => error,
    );
    expect(again).toFailWith('ERR_CLI_USAGE');
  });
});
