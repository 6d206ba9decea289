import type { CompiledQuery } from 'kysely';
import { engineOf } from './engine-of.ts';
import type { ServiceDatabase } from './schema.ts';

/**
 * A query that is built and compiled once for each engine, and asked with other values each time: building one costs more than
 * asking it, which counts for what is asked with every request.
 *
 * @param build  with any values; those it is asked with take their places, in the order of its text
 */
export function compiledOnce<Row>(
  build: (database: ServiceDatabase) => { compile(): CompiledQuery<Row> },
): (database: ServiceDatabase, values: readonly (string | number | null)[]) => Promise<readonly Row[]> {
  const compiled = new Map<string, CompiledQuery<Row>>();
  return async (database, values) => {
    const engine = engineOf(database);
    let query = compiled.get(engine);
    if (query === undefined) {
      query = build(database).compile();
      compiled.set(engine, query);
    }
    if (query.parameters.length !== values.length)
      throw new Error('a compiled query is asked with too few or many values');
    const { rows } = await database.executeQuery<Row>({ ...query, parameters: values });
    return rows;
  };
}
