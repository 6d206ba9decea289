import type { TestProject } from 'vitest/node';
import { startPostgres } from '../../../tools/src/test-setup/postgres.ts';
import { postgresPrograms } from '../../../tools/src/test-setup/real-parts.ts';
import { openDatabase } from '../../src/repositories/engine/open-database.ts';
import { templateDatabase } from './database.ts';

declare module 'vitest' {
  interface ProvidedContext {
    /** Address of a database of the run's PostgreSQL, with `DATABASE` where its name goes. */
    postgres: string;
  }
}

/** One PostgreSQL for the whole run, with one migrated database that tests copy theirs from. */
export default async function setup({ provide }: TestProject): Promise<() => void> {
  const programs = postgresPrograms();
  // Without it vitest.config.ts runs no test on it; test/postgres-is-here.test.ts says so, or fails.
  if (programs === undefined) throw new Error('PostgreSQL was not found');
  const cluster = await startPostgres(programs);
  try {
    const { Client } = await import('pg').then((module) => module.default);
    const client = new Client({ connectionString: cluster.url('postgres') });
    await client.connect();
    await client.query(`create database ${templateDatabase}`);
    await client.end();
    const template = await openDatabase({ engine: 'postgres', url: cluster.url(templateDatabase) });
    await template.destroy();
  } catch (error) {
    cluster.stop();
    throw error;
  }
  provide('postgres', cluster.url('DATABASE'));
  return () => cluster.stop();
}
