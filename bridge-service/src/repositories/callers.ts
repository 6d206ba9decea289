import type { Selectable } from 'kysely';
import { type Caller, type Permission, permissions, type Role, roles } from '../services/ports/records.ts';
import type { CallerRepository } from '../services/ports/store.ts';
import { compiledOnce } from './engine/compiled-once.ts';
import type { ServiceDatabase, Tables } from './engine/schema.ts';

/** Asked with every request: a row for each origin, one of nothing where there is none. */
const callerWithOrigins = compiledOnce((database) =>
  database
    .selectFrom('callers')
    .leftJoin('caller_origins', 'caller_origins.caller_id', 'callers.id')
    .selectAll('callers')
    .select('caller_origins.origin')
    .where('callers.token_digest', '=', '')
    .where('callers.revoked_at', 'is', null)
    .orderBy('caller_origins.origin'),
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
      const rows = await callerWithOrigins(database, [tokenDigest]);
      const [first] = rows;
      if (first === undefined) return null;
      return toCaller(
        first,
        rows.flatMap(({ origin }) => origin ?? []),
      );
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
        .set({ name: caller.name, permissions: JSON.stringify(caller.permissions), revoked_at: caller.revokedAt })
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
