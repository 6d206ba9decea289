import { rmSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { newTestDatabase, type TestDatabase } from './support/database.ts';
import { importThroughKills } from './support/import-kills.ts';
import { newFolder } from './support/process.ts';

let folder: string;
let database: TestDatabase;
beforeAll(async () => {
  folder = newFolder();
  database = await newTestDatabase(folder);
});
afterAll(async () => {
  await database.drop();
  rmSync(folder, { recursive: true, force: true });
});

describe('an import whose service is killed', () => {
  it('goes on by itself where it was: nothing twice, nothing lost, all of it in the audit log', async () => {
    const rows = 600;
    const found = await importThroughKills(folder, database, rows, 3);
    expect(found.kills).toBe(3);
    expect(found.job).toMatchObject({ counts: { imported: rows }, newCompanies: rows });
    expect(found.numbers).toEqual(Array.from({ length: rows }, (_, index) => index + 1));
    expect(found).toMatchObject({ certificates: rows, companies: rows, audited: rows, auditStatus: 0 });
  });
});
