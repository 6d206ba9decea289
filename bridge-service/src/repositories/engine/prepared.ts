import type { CompiledQuery } from 'kysely';

/** A query that PostgreSQL parses and plans once for each connection, under this name. SQLite keeps all statements prepared anyway. */
export interface Prepared<Row = unknown> extends CompiledQuery<Row> {
  readonly preparedAs: string;
  /** Never there: it holds the type of its rows. */
  readonly row?: Row;
}

const names = new Map<string, string>();

/**
 * For a text that never changes and is asked with every request: the number of such texts is that of their places in the code. Nothing of it may
 * depend on what columns a table has, since a newer version may add some while this one runs.
 */
export function prepared<Row = unknown>(query: CompiledQuery<Row>): Prepared<Row> {
  let name = names.get(query.sql);
  if (name === undefined) {
    if (/\* from (?!unnest)|\.\*|returning \*/.test(query.sql)) throw new Error(`names no columns: ${query.sql}`);
    name = `onelock_${names.size}`;
    names.set(query.sql, name);
  }
  return { ...query, preparedAs: name };
}

export const isPrepared = (query: CompiledQuery): query is Prepared => 'preparedAs' in query;
