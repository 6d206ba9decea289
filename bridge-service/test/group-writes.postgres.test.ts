import { createNodeCrypto } from '@onelock/core/crypto/node';
import { CompiledQuery } from 'kysely';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { bulkInsert } from '../src/repositories/engine/bulk-insert.ts';
import { askTogether, hold } from '../src/repositories/engine/bundle.ts';
import { openDatabase } from '../src/repositories/engine/open-database.ts';
import { postgresArray } from '../src/repositories/engine/postgres-array.ts';
import type { ServiceDatabase } from '../src/repositories/engine/schema.ts';
import { openStore } from '../src/repositories/store.ts';
import { auditDraft } from '../src/services/append-audit.ts';
import type { Store } from '../src/services/ports/store.ts';
import { newTestDatabase, type TestDatabase } from './support/database.ts';

const ops = createNodeCrypto();
let at: TestDatabase;
let database: ServiceDatabase;
let store: Store;
beforeAll(async () => {
  at = await newTestDatabase('');
  database = await openDatabase(at.location);
  store = await openStore(at.location, { ops });
});
afterAll(async () => {
  await store.close();
  await database.destroy();
  await at.drop();
});

const draft = (target: string) =>
  auditDraft(
    { ops, clock: () => new Date('2026-06-01T00:00:00Z'), lifetimes: { auditPayloadDays: 1 } as never },
    { actor: 'x', role: 'none', requestId: 'x', action: 'test', target, outcome: 'done' },
  );
const targets = async () =>
  (await at.sql("select target from audit_log where action = 'test' order by sequence")).map(({ target }) => target);
const names = async () =>
  (await at.sql("select name from registry_state where name like 'test%' order by name")).map(({ name }) => name);
const insert = (name: string) =>
  CompiledQuery.raw('insert into registry_state (name, version) values ($1, 0)', [`test ${name}`]);

describe('what is written together on PostgreSQL', () => {
  it('fails alone when the database refuses it, and the others are written', async () => {
    const challenge = (id: string, callerId: string) => ({
      ...{ id, challengeDigest: id, callerId, origin: 'https://x.cn' },
      ...{ createdAt: '2026-06-01T00:00:00.000Z', expiresAt: '2026-06-01T00:05:00.000Z' },
    });
    await at.sql(
      "insert into callers (id, name, role, permissions, token_digest, created_at, created_by) values ('known', 'x', 'platform', '[]', 'x', '', '')",
    );
    const open = (id: string, callerId: string) =>
      store.transaction(async ({ challenges, audit }) => {
        await challenges.add(challenge(id, callerId));
        audit.append(draft(id));
      }, {});
    const outcomes = await Promise.allSettled([
      store.record(draft('one')),
      store.record(draft('a NUL \0 in it')),
      open('two', 'known'),
      open('three', 'nobody'),
      store.record(draft('four')),
    ]);
    expect(outcomes.map(({ status }) => status)).toEqual([
      ...['fulfilled', 'rejected', 'fulfilled', 'rejected', 'fulfilled'],
    ]);
    expect(await targets()).toEqual(['one', 'two', 'four']);
    expect(await at.sql('select id from challenges')).toEqual([{ id: 'two' }]);
  });

  it('is read by one question and consumed once, also by those of one group and by one that fails in between', async () => {
    const consume = (fails = false) =>
      store.transaction(
        async ({ challenges }) => {
          const found = await challenges.consume('two', 'known', '2026-06-01T00:01:00.000Z');
          if (fails) throw new Error('changed its mind');
          return found?.id ?? null;
        },
        { challenges: ['two'] },
      );
    const outcomes = await Promise.allSettled([consume(true), consume(), consume()]);
    expect(outcomes).toMatchObject([{ status: 'rejected' }, { value: 'two' }, { value: null }]);
    expect(await consume()).toBeNull();
  });

  it('is not taken for absent where nobody foresaw that it would be asked for', async () => {
    for (const ask of [
      () => store.transaction(({ challenges }) => challenges.consume('x', 'known', ''), {}),
      () => store.transaction(({ watchList }) => watchList.hits(['x'], ''), { watched: ['y'] }),
      () => store.transaction(({ nonces }) => nonces.use('x', ''), { tickets: ['x'] }),
      () => store.transaction(({ certificates }) => certificates.prove('x', '', ''), {}),
    ])
      await expect(ask()).rejects.toThrow('not foreseen');
  });
});

describe('a transaction of statements that travel together', () => {
  it('has the rows of each question in its place', async () => {
    const answers = await database
      .transaction()
      .execute((transaction) =>
        askTogether(transaction, [
          CompiledQuery.raw('select 1 as a'),
          CompiledQuery.raw('select 2 as b where false'),
          CompiledQuery.raw('select $1::text as c', ['x']),
        ]),
      );
    expect(answers).toEqual([[{ a: 1 }], [], [{ c: 'x' }]]);
  });

  it('tells why a held statement failed, writes nothing, and leaves a connection that works', async () => {
    const failing = database.transaction().execute(async (transaction) => {
      await hold(transaction, insert('before'), insert('before'), insert('after'));
    });
    await expect(failing).rejects.toMatchObject({ code: '23505' });
    const first = database.transaction().execute(async (transaction) => {
      await hold(transaction, insert('held'), CompiledQuery.raw('select 1 / 0'));
      await transaction.executeQuery(insert('asked'));
    });
    await expect(first).rejects.toMatchObject({ code: '22012' });
    const dropped = database.transaction().execute(async (transaction) => {
      await hold(transaction, insert('never sent'));
      throw new Error('changed its mind');
    });
    await expect(dropped).rejects.toThrow('changed its mind');
    expect(await names()).toEqual([]);
    for (let index = 0; index < 10; index++)
      await database.transaction().execute((transaction) => hold(transaction, insert(`kept ${index}`)));
    expect(await names()).toHaveLength(10);
  });

  it('is not taken for committed when something in it failed that nobody minded', async () => {
    const minded = database.transaction().execute(async (transaction) => {
      await transaction.executeQuery(CompiledQuery.raw('select 1 / 0')).catch(() => undefined);
    });
    await expect(minded).rejects.toThrow();
  });
});

describe('a list as a binary array', () => {
  it('arrives as it was', async () => {
    const texts = ['', 'ä锁🔒', '"\\{},NULL', null, 'NULL'];
    const numbers = [0, -1, 2 ** 53 - 1, null];
    const bytes = [new Uint8Array(), Uint8Array.of(0, 255, 92), null];
    const ask = async (type: 'text' | 'bigint' | 'bytea', values: readonly (string | number | Uint8Array | null)[]) => {
      const query = CompiledQuery.raw(`select value from unnest($1::${type}[]) as value`, [
        postgresArray(type, values),
      ]);
      return (await database.executeQuery<{ value: unknown }>(query)).rows.map(({ value }) => value);
    };
    expect(await ask('text', texts)).toEqual(texts);
    expect(await ask('bigint', numbers)).toEqual(numbers);
    expect(await ask('bytea', bytes)).toEqual([Buffer.of(), Buffer.of(0, 255, 92), null]);
    expect(await ask('text', [])).toEqual([]);
  });

  it('takes no value of another type', async () => {
    expect(() => postgresArray('bigint', ['1'])).toThrow(TypeError);
    expect(() => postgresArray('text', [1])).toThrow(TypeError);
    await expect(
      database
        .transaction()
        .execute((transaction) => bulkInsert(transaction, 'registry_state', { name: 'bytea' }, [['x']])),
    ).rejects.toThrow(TypeError);
  });
});
