import { CompiledQuery } from 'kysely';
import { engineOf } from './engine-of.ts';
import type { ServiceDatabase } from './schema.ts';

/**
 * Several statements as one question, for the one connection of a transaction. PostgreSQL is asked them in one round trip (see
 * postgres-dialect.ts), each in its turn; whatever goes wrong in one goes wrong in those behind it too, as they share the transaction.
 */
export interface Bundle extends CompiledQuery {
  readonly queries: readonly CompiledQuery[];
  /** Nobody waits for the answers: they travel with the next statement that somebody waits for, the commit at the latest. */
  readonly held: boolean;
}

export const isBundle = (query: CompiledQuery): query is Bundle => 'queries' in query;

const bundle = (queries: readonly CompiledQuery[], held: boolean): Bundle => ({
  ...CompiledQuery.raw(''),
  ...{ queries, held },
});

type Row = Readonly<Record<string, unknown>>;

/** @returns the rows of each */
export async function askTogether(
  transaction: ServiceDatabase,
  queries: readonly CompiledQuery[],
): Promise<readonly (readonly Row[])[]> {
  if (engineOf(transaction) === 'sqlite') {
    const answers: (readonly Row[])[] = [];
    for (const query of queries) answers.push((await transaction.executeQuery<Row>(query)).rows);
    return answers;
  }
  const { rows } = await transaction.executeQuery<{ readonly rows: readonly Row[] }>(bundle(queries, false));
  return rows.map((answer) => answer.rows);
}

/**
 * Statements of a transaction whose answers matter to nobody but its commit, which fails when one of them does. SQLite, where there is
 * no road to spare, runs them at once.
 */
export async function hold(transaction: ServiceDatabase, ...queries: readonly CompiledQuery[]): Promise<void> {
  if (engineOf(transaction) === 'postgres') await transaction.executeQuery(bundle(queries, true));
  else for (const query of queries) await transaction.executeQuery(query);
}
