import type { CompiledQuery } from 'kysely';
import { engineOf } from './engine-of.ts';
import { type Prepared, prepared } from './prepared.ts';
import type { ServiceDatabase } from './schema.ts';

/**
 * A query that is built and compiled once for each engine, prepared once for each connection, and asked with other values each time: building
 * one costs more than asking it, which counts for what is asked with every request.
 *
 * @param build  with any values; those it is asked with take their places, in the order of its text
 */
export function compiledOnce<Row>(
  build: (database: ServiceDatabase) => { compile(): CompiledQuery<Row> },
): (database: ServiceDatabase, values: readonly unknown[]) => Prepared<Row> {
  const compiled = new Map<string, Prepared<Row>>();
  return (database, values) => {
    const engine = engineOf(database);
    let query = compiled.get(engine);
    if (query === undefined) {
      query = prepared(build(database).compile());
      compiled.set(engine, query);
    }
    if (query.parameters.length !== values.length)
      throw new Error('a compiled query is asked with too few or many values');
    return { ...query, parameters: values };
  };
}

/** Asks it. */
export async function rowsOf<Row>(database: ServiceDatabase, query: Prepared<Row>): Promise<readonly Row[]> {
  return (await database.executeQuery<Row>(query)).rows;
}
