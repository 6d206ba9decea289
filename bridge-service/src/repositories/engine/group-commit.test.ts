import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { CompiledQuery } from 'kysely';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createGroupCommit, type GroupCommit, type Unit } from './group-commit.ts';
import { openDatabase } from './open-database.ts';
import type { ServiceDatabase } from './schema.ts';

let folder: string;
let file: string;
let database: ServiceDatabase;
let run: GroupCommit<string, readonly string[], string>['run'];
let writeLast: GroupCommit<string, readonly string[], string>['writeLast'];
let lastWritten: string[][];
beforeEach(async () => {
  folder = mkdtempSync(path.join(tmpdir(), 'onelock-group-'));
  file = path.join(folder, 'service.db');
  database = await openDatabase({ engine: 'sqlite', file });
  lastWritten = [];
  ({ run, writeLast } = createGroupCommit<string, readonly string[], string>(database, {
    open: async (_transaction, _first, foreseen) => foreseen.flat().join(),
    async close(transaction, _seen, names) {
      if (names.includes('refused')) throw new Error('the last write fails');
      for (const name of names) await insert(name)({ transaction });
      return () => lastWritten.push([...names]);
    },
  }));
});
afterEach(async () => {
  await database.destroy();
  rmSync(folder, { recursive: true, force: true });
});

const insert =
  (name: string) =>
  ({ transaction }: Pick<Unit<string, readonly string[], string>, 'transaction'>) =>
    transaction.insertInto('registry_state').values({ name, version: 0 }).execute();

/** What another connection sees: committed rows only. */
const committed = (): string[] => {
  const other = new DatabaseSync(file, { readOnly: true });
  try {
    return other
      .prepare("select name from registry_state where name not in ('cas', 'platforms', 'watchlist') order by name")
      .all()
      .map((row) => String(row.name));
  } finally {
    other.close();
  }
};

describe('transactions that share a commit', () => {
  it('give each its own result, after the commit', async () => {
    const seen: string[][] = [];
    const results = await Promise.all(
      ['a', 'b', 'c'].map((name) =>
        run(async ({ transaction }) => {
          await insert(name)({ transaction });
          seen.push(committed());
          return name.toUpperCase();
        }),
      ),
    );
    expect(results).toEqual(['A', 'B', 'C']);
    expect(seen).toEqual([[], [], []]);
    expect(committed()).toEqual(['a', 'b', 'c']);
  });

  it('undo the one that fails and no other', async () => {
    const outcomes = await Promise.allSettled([
      run(insert('a')),
      run(async ({ transaction }) => {
        await insert('b')({ transaction });
        throw new Error('b changed its mind');
      }),
      run(insert('a')),
      run(insert('c')),
    ]);
    expect(outcomes.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'rejected', 'fulfilled']);
    expect(outcomes[1]).toMatchObject({ reason: { message: 'b changed its mind' } });
    expect(outcomes[2]).toMatchObject({ reason: { code: 'ERR_SQLITE_ERROR' } });
    expect(committed()).toEqual(['a', 'c']);
  });

  it('all fail when the commit fails, and the next ones go on', async () => {
    const outcomes = await Promise.allSettled([
      run(insert('a')),
      run(async ({ transaction }) => {
        // A broken promise between tables, which SQLite checks at the commit.
        await transaction.executeQuery(CompiledQuery.raw('pragma defer_foreign_keys = on'));
        await transaction.insertInto('caller_origins').values({ caller_id: 'nobody', origin: 'x' }).execute();
      }),
    ]);
    expect(outcomes.map(({ status }) => status)).toEqual(['rejected', 'rejected']);
    expect(committed()).toEqual([]);
    await run(insert('later'));
    expect(committed()).toEqual(['later']);
  });

  it('leave for the end what is written together, but not when they fail', async () => {
    const outcomes = await Promise.allSettled([
      run(async ({ last }) => last('one')),
      writeLast('two'),
      run(async ({ last }) => {
        last('three');
        throw new Error('three failed');
      }),
    ]);
    expect(outcomes.map(({ status }) => status)).toEqual(['fulfilled', 'fulfilled', 'rejected']);
    expect(lastWritten).toEqual([['one', 'two']]);
    expect(committed()).toEqual(['one', 'two']);
    const together = await Promise.allSettled([run(insert('four')), writeLast('refused')]);
    expect(together.map(({ status }) => status)).toEqual(['rejected', 'rejected']);
    expect(committed()).toEqual(['one', 'two']);
  });

  it('of jobs that foresaw what they ask for begin with that, apart from the others, and each knows what those before it left', async () => {
    const seen: [string | undefined, readonly string[]][] = [];
    const look =
      (name: string) =>
      async ({ seen: known, earlier, last }: Unit<string, readonly string[], string>): Promise<void> => {
        seen.push([known, [...earlier]]);
        last(name);
      };
    await Promise.allSettled([
      run(look('one'), ['x', 'y']),
      run(look('two')),
      run(
        async (unit) => {
          await look('failed')(unit);
          throw new Error('failed');
        },
        ['w'],
      ),
      run(look('three'), ['z']),
      writeLast('beside them'),
    ]);
    expect(seen).toEqual([
      ['x,y,w,z', []],
      ['x,y,w,z', ['one']],
      ['x,y,w,z', ['one']],
      [undefined, []],
    ]);
    expect(lastWritten).toEqual([['one', 'three', 'beside them'], ['two']]);
  });

  it('in which the database refuses what was written together are tried again, each that can be, and one bad row fails alone', async () => {
    await run(insert('there already'));
    let runs = 0;
    const outcomes = await Promise.allSettled([
      run(
        async ({ last }) => {
          runs += 1;
          last('a');
        },
        ['a'],
      ),
      writeLast('there already'),
      writeLast('c'),
      run(async ({ last }) => last('there already'), ['b']),
    ]);
    expect(outcomes.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled', 'rejected']);
    expect(outcomes[1]).toMatchObject({ reason: { code: 'ERR_SQLITE_ERROR' } });
    expect(runs).toBe(2);
    expect(committed()).toEqual(['a', 'c', 'there already']);
    // Nobody knows whether work that foresaw nothing may run twice.
    const mixed = await Promise.allSettled([run(insert('d')), writeLast('there already'), writeLast('e')]);
    expect(mixed.map(({ status }) => status)).toEqual(['rejected', 'rejected', 'fulfilled']);
    expect(committed()).toEqual(['a', 'c', 'e', 'there already']);
  });

  it('may be asked for out of one another’s answers, and more of them than fit in a group', async () => {
    const names = Array.from({ length: 300 }, (_, index) => `n${String(index).padStart(3, '0')}`);
    await Promise.all(names.map((name) => run(insert(name)).then(() => run(insert(`${name}-again`)))));
    expect(committed()).toHaveLength(600);
  });
});
