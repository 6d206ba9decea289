// npm run test:long -- import: the service killed 50 times while it imports a list. Nothing is there twice, nothing is lost, and the audit
// log speaks of every row once. ONELOCK_LONG_KILLS makes it shorter.
import { rmSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { newTestDatabase } from './support/database.ts';
import { importThroughKills } from './support/import-kills.ts';
import { newFolder } from './support/process.ts';

const kills = Number(process.env.ONELOCK_LONG_KILLS ?? 50);
/** A kill comes after a batch or some. */
const rows = kills * 4 * 256;

describe('an import whose service is killed again and again', () => {
  it('comes to its end with every row once', async () => {
    const folder = newFolder();
    const database = await newTestDatabase(folder);
    try {
      const found = await importThroughKills(folder, database, rows, kills);
      process.stdout.write(`${found.kills} kills, ${rows} rows\n`);
      expect(found.kills).toBe(kills);
      expect(found.job).toMatchObject({ counts: { imported: rows }, newCompanies: rows });
      expect(found.numbers).toEqual(Array.from({ length: rows }, (_, index) => index + 1));
      expect(found).toMatchObject({ certificates: rows, companies: rows, audited: rows, auditStatus: 0 });
    } finally {
      await database.drop();
      rmSync(folder, { recursive: true, force: true });
    }
  }, 3_600_000);
});
