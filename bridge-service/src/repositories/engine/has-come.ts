import { type RawBuilder, type SqlBool, sql } from 'kysely';
import { furthestWait } from '../../services/has-come.ts';

/** `hasCome` of services/has-come.ts, asked of a column. */
export const hasCome = (column: string, now: string, longestMs?: number): RawBuilder<SqlBool> =>
  sql<SqlBool>`(${sql.ref(column)} <= ${now} or ${sql.ref(column)} > ${furthestWait(now, longestMs)})`;
