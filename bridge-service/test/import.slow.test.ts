// npm run test:long -- import: the service killed 50 times while it imports a list, on SQLite and on PostgreSQL (which is itself crashed now
// and then). Nothing is there twice, nothing is lost, and the audit log speaks of every row once. ONELOCK_LONG_KILLS makes it shorter.
import { rmSync } from 'node:fs';
import { expect, it } from 'vitest';
import { startPostgres } from '../../tools/src/test-setup/postgres.ts';
import { postgresPrograms } from '../../tools/src/test-setup/real-parts.ts';
import { requireReal } from '../../tools/src/test-setup/require-real.ts';
import { postgresAt, sqliteIn, type TestDatabase } from './support/database.ts';
import { importThroughKills } from './support/import-kills.ts';
import { newFolder } from './support/process.ts';

const kills = Number(process.env.ONELOCK_LONG_KILLS ?? 50);
/** A kill comes after a batch or some. */
const rows = kills * 4 * 256;
const patience = 3_600_000;

async function importOn(
  openDatabase: (folder: string) => TestDatabase,
  onKill?: (killed: number) => Promise<void>,
): Promise<void> {
  const folder = newFolder();
  try {
    const found = await importThroughKills(folder, openDatabase(folder), rows, kills, onKill);
    process.stdout.write(`${found.kills} kills, ${rows} rows\n`);
    expect(found.kills).toBe(kills);
    expect(found.job).toMatchObject({ counts: { imported: rows }, newCompanies: rows });
    expect(found.numbers).toEqual(Array.from({ length: rows }, (_, index) => index + 1));
    expect(found).toMatchObject({ certificates: rows, companies: rows, audited: rows, auditStatus: 0 });
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

it(
  'an import whose service is killed again and again comes to its end with every row once on SQLite',
  () => importOn(sqliteIn),
  patience,
);

requireReal('PostgreSQL', postgresPrograms())(
  'an import whose service and PostgreSQL end again and again',
  (programs) => {
    it(
      'comes to its end with every row once',
      async () => {
        const cluster = await startPostgres(programs, { disk: 'durable' });
        try {
          await importOn(
            () => postgresAt(cluster.url('postgres')),
            async (killed) => {
              if (killed % 5 === 0) await cluster.crash();
            },
          );
        } finally {
          cluster.stop();
        }
      },
      patience,
    );
  },
);
