import { CompiledQuery, type Selectable } from 'kysely';
import { type Caller, type Permission, permissions, type Role, roles } from '../services/ports/records.ts';
import type { CallerRepository } from '../services/ports/store.ts';
import { askedTogether } from './engine/asked-together.ts';
import { compiledOnce, rowsOf } from './engine/compiled-once.ts';
import { engineOf } from './engine/engine-of.ts';
import { postgresArray } from './engine/postgres-array.ts';
import { prepared } from './engine/prepared.ts';
import type { ServiceDatabase, Tables } from './engine/schema.ts';

const columns = [
  ...(['callers.id', 'callers.name', 'callers.role', 'callers.permissions', 'callers.token_digest'] as const),
  ...(['callers.created_at', 'callers.created_by', 'callers.revoked_at', 'caller_origins.origin'] as const),
];

/** Asked with every request: a row for each origin, one of nothing where there is none. */
const callerWithOrigins = compiledOnce((database) =>
  database
    .selectFrom('callers')
    .leftJoin('caller_origins', 'caller_origins.caller_id', 'callers.id')
    .select(columns)
    .where('callers.token_digest', '=', '')
    .where('callers.revoked_at', 'is', null)
    .orderBy('caller_origins.origin'),
);

const callersWithOrigins = `select ${columns.join(', ')}
  from callers left join caller_origins on caller_origins.caller_id = callers.id
  where callers.token_digest = any($1::text[]) and callers.revoked_at is null order by caller_origins.origin`;

type RowWithOrigin = Selectable<Tables['callers']> & { readonly origin: string | null };

/**
 * As `byTokenDigest`, for the many requests that come at once: on PostgreSQL they share a question, and each is told what was true after it came.
 * Not for use in a transaction.
 */
export function callerOfToken(database: ServiceDatabase): CallerRepository['byTokenDigest'] {
  if (engineOf(database) === 'sqlite') return createCallerRepository(database).byTokenDigest;
  const together = askedTogether(async (digests) => {
    const query = CompiledQuery.raw(callersWithOrigins, [postgresArray('text', digests)]);
    const rows = await rowsOf(database, prepared<RowWithOrigin>(query));
    return new Map([...Map.groupBy(rows, (row) => row.token_digest)].map(([digest, own]) => [digest, callerOf(own)]));
  });
  return async (digest) => (await together(digest)) ?? null;
}

const callerOf = (rows: readonly RowWithOrigin[]): Caller | null =>
  rows[0] === undefined
    ? null
    : toCaller(
        rows[0],
        rows.flatMap(({ origin }) => origin ?? []),
      );

export function createCallerRepository(database: ServiceDatabase): CallerRepository {
  const originsOf = async (ids: readonly string[]): Promise<ReadonlyMap<string, readonly string[]>> => {
    const origins = new Map<string, string[]>(ids.map((id) => [id, []]));
    if (ids.length === 0) return origins;
    const rows = await database
      .selectFrom('caller_origins')
      .selectAll()
      .where('caller_id', 'in', ids)
      .orderBy('origin')
      .execute();
    for (const row of rows) origins.get(row.caller_id)?.push(row.origin);
    return origins;
  };
  const addOrigins = async (caller: Caller): Promise<void> => {
    if (caller.origins.length === 0) return;
    await database
      .insertInto('caller_origins')
      .values(caller.origins.map((origin) => ({ caller_id: caller.id, origin })))
      .execute();
  };
  const withOrigins = async (row: Selectable<Tables['callers']> | undefined): Promise<Caller | null> =>
    row === undefined ? null : toCaller(row, (await originsOf([row.id])).get(row.id) ?? []);

  return {
    async add(caller, tokenDigest) {
      await database
        .insertInto('callers')
        .values({
          id: caller.id,
          name: caller.name,
          role: caller.role,
          permissions: JSON.stringify(caller.permissions),
          token_digest: tokenDigest,
          created_at: caller.createdAt,
          created_by: caller.createdBy,
          revoked_at: caller.revokedAt,
        })
        .execute();
      await addOrigins(caller);
    },
    async byId(id) {
      return withOrigins(await database.selectFrom('callers').selectAll().where('id', '=', id).executeTakeFirst());
    },
    async byTokenDigest(tokenDigest) {
      return callerOf(await rowsOf(database, callerWithOrigins(database, [tokenDigest])));
    },
    async list({ after, limit }, role) {
      let query = database.selectFrom('callers').selectAll().orderBy('id').limit(limit);
      if (after !== null) query = query.where('id', '>', after);
      if (role !== undefined) query = query.where('role', '=', role);
      const rows = await query.execute();
      const origins = await originsOf(rows.map((row) => row.id));
      return rows.map((row) => toCaller(row, origins.get(row.id) ?? []));
    },
    async update(caller) {
      await database
        .updateTable('callers')
        .set({
          ...{ name: caller.name, role: caller.role },
          ...{ permissions: JSON.stringify(caller.permissions), revoked_at: caller.revokedAt },
        })
        .where('id', '=', caller.id)
        .execute();
      await database.deleteFrom('caller_origins').where('caller_id', '=', caller.id).execute();
      await addOrigins(caller);
    },
    async setToken(id, tokenDigest) {
      await database.updateTable('callers').set({ token_digest: tokenDigest }).where('id', '=', id).execute();
    },
    async countActive(role) {
      const { count } = await database
        .selectFrom('callers')
        .select((builder) => builder.fn.countAll<number>().as('count'))
        .where('role', '=', role)
        .where('revoked_at', 'is', null)
        .executeTakeFirstOrThrow();
      return Number(count);
    },
    async ownerOfOrigin(origin) {
      const row = await database
        .selectFrom('caller_origins')
        .innerJoin('callers', 'callers.id', 'caller_origins.caller_id')
        .select('callers.id')
        .where('caller_origins.origin', '=', origin)
        .where('callers.revoked_at', 'is', null)
        .executeTakeFirst();
      return row?.id ?? null;
    },
  };
}

function toCaller(row: Selectable<Tables['callers']>, origins: readonly string[]): Caller {
  const role = roles.find((known): known is Role => known === row.role);
  if (role === undefined) throw new Error(`caller ${row.id} has the unknown role ${row.role}`);
  const listed: unknown = JSON.parse(row.permissions);
  return {
    id: row.id,
    name: row.name,
    role,
    permissions: permissions.filter((known): known is Permission => Array.isArray(listed) && listed.includes(known)),
    origins,
    createdAt: row.created_at,
    createdBy: row.created_by,
    revokedAt: row.revoked_at,
  };
}
