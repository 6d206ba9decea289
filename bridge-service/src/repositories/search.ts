import { type RawBuilder, type SqlBool, sql } from 'kysely';
import type { SearchHit, SearchQuestion, SearchReadings } from '../services/ports/search-store.ts';
import type { ServiceDatabase } from './engine/schema.ts';
import { literal } from './engine/starts-with.ts';

/** Looks into one registry after the other; every question is bounded by its limit. */
export function createSearchReadings(database: ServiceDatabase): SearchReadings {
  return {
    async find(question) {
      const found: SearchHit[] = [];
      for (const look of [companies, certificates, named, seals, changeSets, watchEntries, logins, alerts])
        found.push(...(await look(database, question)));
      return found;
    },
  };
}

type Look = (database: ServiceDatabase, question: SearchQuestion) => Promise<readonly SearchHit[]>;

/** Text that holds some other, every character of which stands for itself, but for brackets: of those people type either kind. */
function holds(column: string, text: string): RawBuilder<SqlBool> {
  const pattern = `%${literal(text.toLowerCase())}%`;
  return sql<SqlBool>`lower(${sql.ref(column)}) like ${pattern} escape '\\'`;
}

/** By comparison, which an index can answer. Beginnings are of ASCII. */
function begins(column: string, beginning: string): RawBuilder<SqlBool> {
  const ref = sql.ref(column);
  return sql<SqlBool>`${ref} >= ${beginning} and ${ref} < ${`${beginning}~`}`;
}

const companies: Look = async (database, { id, text, code, limit }) => {
  const select = () =>
    database.selectFrom('companies').select(['companies.id', 'companies.name', 'credit_code', 'state']).limit(limit);
  type Row = { readonly id: string; readonly name: string; readonly credit_code: string; readonly state: string };
  const hit = (by: SearchHit['by']) => (row: Row) =>
    ({ kind: 'company', id: row.id, title: row.name, detail: row.credit_code, state: row.state, by }) as const;
  if (id !== undefined) return (await select().where('id', '=', id).execute()).map(hit('id'));
  const byCode = code === undefined ? [] : await select().where(begins('credit_code', code)).execute();
  const byName = await select().where(holds('name', text)).orderBy('name').execute();
  const former = await select()
    .innerJoin('company_names', 'company_names.company_id', 'companies.id')
    .where('company_names.until', 'is not', null)
    .where(holds('company_names.name', text))
    .execute();
  return firstOfEach([
    ...byCode.map(hit('credit-code')),
    ...byName.map(hit('name')),
    ...former.map(hit('former-name')),
  ]).slice(0, limit);
};

const certificates: Look = async (database, { id, hex, digest, certificateDigests, limit }) => {
  const select = () =>
    database.selectFrom('certificates').select(['id', 'subject', 'serial_number', 'state', 'digest']).limit(limit);
  type Row = { readonly id: string; readonly subject: string; readonly serial_number: string; readonly state: string };
  const hit = (by: SearchHit['by']) => (row: Row) =>
    ({ kind: 'certificate', id: row.id, title: row.subject, detail: row.serial_number, state: row.state, by }) as const;
  if (id !== undefined) return (await select().where('id', '=', id).execute()).map(hit('id'));
  const bySerial = hex === undefined ? [] : await select().where(begins('serial_number', hex)).execute();
  const byDigest =
    digest === undefined
      ? []
      : await select()
          .where((where) => where.or([where('digest', '=', digest), where('key_digest', '=', digest)]))
          .execute();
  const byDevice =
    certificateDigests.length === 0
      ? []
      : await select()
          .where('digest', 'in', [...certificateDigests])
          .execute();
  return firstOfEach([
    ...bySerial.map(hit('serial-number')),
    ...byDigest.map(hit('digest')),
    ...byDevice.map(hit('device')),
  ]).slice(0, limit);
};

/** CAs and platforms: few, and known by their names. */
const named: Look = async (database, { id, text, limit }) => {
  const cas = await database
    .selectFrom('cas')
    .select(['id', 'name', 'state'])
    .where(id === undefined ? holds('name', text) : sql<SqlBool>`id = ${id}`)
    .limit(limit)
    .execute();
  const platforms = await database
    .selectFrom('callers')
    .select(['id', 'name', 'revoked_at'])
    .where('role', '=', 'platform')
    .where(id === undefined ? holds('name', text) : sql<SqlBool>`id = ${id}`)
    .limit(limit)
    .execute();
  const by = id === undefined ? 'name' : 'id';
  return [
    ...cas.map((row) => ({ kind: 'ca', id: row.id, title: row.name, detail: '', state: row.state, by }) as const),
    ...platforms.map(
      (row) =>
        ({
          kind: 'platform',
          ...{ id: row.id, title: row.name, detail: '' },
          by,
          state: row.revoked_at === null ? 'active' : 'off-boarded',
        }) as const,
    ),
  ];
};

const seals: Look = async (database, { id, text, limit }) => {
  const rows = await database
    .selectFrom('seals')
    .select(['id', 'name', 'code', 'state'])
    .where((where) =>
      id === undefined ? where.or([holds('name', text), where('code', '=', text)]) : where('id', '=', id),
    )
    .limit(limit)
    .execute();
  const by = (row: { readonly code: string }) => (id !== undefined ? 'id' : row.code === text ? 'code' : 'name');
  return rows.map((row) => ({
    kind: 'seal',
    ...{ id: row.id, title: row.name, detail: row.code, state: row.state, by: by(row) },
  }));
};

const changeSets: Look = async (database, { id, text, limit }) => {
  const rows = await database
    .selectFrom('change_sets')
    .select(['id', 'title', 'state', 'proposed_at'])
    .where(id === undefined ? holds('title', text) : sql<SqlBool>`id = ${id}`)
    .orderBy('id', 'desc')
    .limit(limit)
    .execute();
  return rows.map((row) => ({
    kind: 'change-set',
    ...{ id: row.id, title: row.title, detail: row.proposed_at, state: row.state },
    by: id === undefined ? 'name' : 'id',
  }));
};

const watchEntries: Look = async (database, { id, watchDigests, limit }) => {
  if (id === undefined && watchDigests.length === 0) return [];
  const rows = await database
    .selectFrom('watch_entries')
    .select(['id', 'shown', 'reason', 'state'])
    .where((where) => (id === undefined ? where('value_digest', 'in', [...watchDigests]) : where('id', '=', id)))
    .orderBy('id', 'desc')
    .limit(limit)
    .execute();
  return rows.map((row) => ({
    kind: 'watch-entry',
    ...{ id: row.id, title: row.shown, detail: row.reason, state: row.state },
    by: id === undefined ? 'value' : 'id',
  }));
};

const logins: Look = async (database, { id, limit }) => {
  if (id === undefined) return [];
  const rows = await database
    .selectFrom('logins')
    .select(['id', 'origin', 'created_at', 'indication'])
    .where('id', '=', id)
    .limit(limit)
    .execute();
  return rows.map((row) => ({
    kind: 'login',
    ...{ id: row.id, title: row.origin, detail: row.created_at, state: row.indication },
    by: 'id',
  }));
};

const alerts: Look = async (database, { id, limit }) => {
  if (id === undefined) return [];
  const rows = await database
    .selectFrom('supervision_events')
    .select(['id', 'type', 'at'])
    .where('id', '=', id)
    .limit(limit)
    .execute();
  return rows.map((row) => ({ kind: 'alert', id: row.id, title: row.type, detail: row.at, state: '', by: 'id' }));
};

function firstOfEach(hits: readonly SearchHit[]): readonly SearchHit[] {
  const seen = new Map<string, SearchHit>();
  for (const hit of hits) if (!seen.has(hit.id)) seen.set(hit.id, hit);
  return [...seen.values()];
}
