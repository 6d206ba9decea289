import { execFileSync } from 'node:child_process';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import pg from 'pg';
import type { TestProject } from 'vitest/node';
import { startPostgres } from '../../../tools/src/test-setup/postgres.ts';
import { postgresPrograms } from '../../../tools/src/test-setup/real-parts.ts';

declare module 'vitest' {
  interface ProvidedContext {
    /** Address of a database of the run's PostgreSQL, with `DATABASE` where its name goes. */
    postgres: string;
  }
}

/** As in database.ts, which belongs to the tests and cannot be loaded here. */
const templateDatabase = 'onelock_template';

/**
 * One PostgreSQL for the whole run, with one migrated database that tests copy theirs from. What runs here is not given the sources' condition,
 * so the migrations run as a program that is.
 */
export default async function setup({ provide }: TestProject): Promise<() => void> {
  const programs = postgresPrograms();
  // Without it vitest.config.ts runs no test on it; test/postgres-is-here.test.ts says so, or fails.
  if (programs === undefined) throw new Error('PostgreSQL was not found');
  const cluster = await startPostgres(programs);
  try {
    const client = new pg.Client({ connectionString: cluster.url('postgres') });
    await client.connect();
    await client.query(`create database ${templateDatabase}`);
    await client.end();
    const program = path.join(path.dirname(fileURLToPath(import.meta.url)), 'make-template.ts');
    execFileSync(process.execPath, ['--conditions=onelock-source', program, cluster.url(templateDatabase)]);
  } catch (error) {
    cluster.stop();
    throw error;
  }
  provide('postgres', cluster.url('DATABASE'));
  return () => cluster.stop();
}
