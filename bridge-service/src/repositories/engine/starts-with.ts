import { type RawBuilder, type SqlBool, sql } from 'kysely';

/** Of a pattern of `like … escape '\\'`: the text itself, but for brackets, which people type in full width and in half. */
export const literal = (text: string): string =>
  text.replaceAll(/[\\%_]/g, (sign) => `\\${sign}`).replaceAll(/[()（）]/g, '_');

/** Text that begins with some other, as {@link literal} has it. @param column  a name of the schema */
export function startsWith(column: string, beginning: string): RawBuilder<SqlBool> {
  const pattern = `${literal(beginning)}%`;
  return sql<SqlBool>`${sql.ref(column)} like ${pattern} escape '\\'`;
}
