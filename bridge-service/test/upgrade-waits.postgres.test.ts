import { sql } from 'kysely';
import pg from 'pg';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { openDatabase } from '../src/repositories/engine/open-database.ts';
import { postgresClientConfig } from '../src/repositories/engine/postgres-dialect.ts';
import { newTestDatabase, type TestDatabase } from './support/database.ts';

let database: TestDatabase;
beforeAll(async () => {
  database = await newTestDatabase('');
});
afterAll(() => database.drop());

it('What upgrades the tables has no limit of time, and the service after it has its own', async () => {
  if (database.location.engine !== 'postgres') throw new Error('this test is about PostgreSQL');
  const patient = new pg.Client(postgresClientConfig(database.location.url, undefined, false));
  await patient.connect();
  const limitsOf = async (ask: (name: string) => Promise<unknown>) => [
    await ask('statement_timeout'),
    await ask('lock_timeout'),
  ];
  try {
    expect(await limitsOf(async (name) => (await patient.query(`show ${name}`)).rows[0][name])).toEqual(['0', '0']);
  } finally {
    await patient.end();
  }
  const service = await openDatabase(database.location);
  try {
    const ask = async (name: string) =>
      (await sql<Record<string, string>>`select current_setting(${name}) as value`.execute(service)).rows[0]?.value;
    expect(await limitsOf(ask)).toEqual(['1min', '10s']);
  } finally {
    await service.destroy();
  }
});
