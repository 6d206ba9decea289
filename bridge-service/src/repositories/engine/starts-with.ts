import { type RawBuilder, type SqlBool, sql } from 'kysely';

/** Text that begins with some other, every character of which stands for itself. @param column  a name of the schema */
export function startsWith(column: string, beginning: string): RawBuilder<SqlBool> {
  const pattern = `${beginning.replaceAll(/[\\%_]/g, (sign) => `\\${sign}`)}%`;
  return sql<SqlBool>`${sql.ref(column)} like ${pattern} escape '\\'`;
}
