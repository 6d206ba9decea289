import { CompiledQuery, type Selectable } from 'kysely';
import type { Ca, CaCertificate } from '../services/ports/records.ts';
import type { CaRepository } from '../services/ports/store.ts';
import { askedTogether } from './engine/asked-together.ts';
import { rowsOf } from './engine/compiled-once.ts';
import { engineOf } from './engine/engine-of.ts';
import { prepared } from './engine/prepared.ts';
import type { ServiceDatabase, Tables } from './engine/schema.ts';

/** Asked with every judgement. */
const versionQuery = prepared<{ readonly version: number }>(
  CompiledQuery.raw("select version from registry_state where name = 'cas'"),
);

async function versionOfCas(database: ServiceDatabase): Promise<number> {
  const [row] = await rowsOf(database, versionQuery);
  if (row === undefined) throw new Error('the version of the CA registry is gone');
  return row.version;
}

/** As `version`, for judgements that ask at once: on PostgreSQL they share a question. Not for use in a transaction. */
export function sharedVersionOfCas(database: ServiceDatabase): CaRepository['version'] {
  if (engineOf(database) === 'sqlite') return () => versionOfCas(database);
  const together = askedTogether(async () => new Map([['cas', await versionOfCas(database)]]));
  return async () => (await together('cas')) as number;
}

export function createCaRepository(database: ServiceDatabase): CaRepository {
  const certificatesOf = async (ids: readonly string[]): Promise<ReadonlyMap<string, readonly CaCertificate[]>> => {
    const certificates = new Map<string, CaCertificate[]>(ids.map((id) => [id, []]));
    if (ids.length === 0) return certificates;
    const rows = await database
      .selectFrom('ca_certificates')
      .selectAll()
      .where('ca_id', 'in', ids)
      .orderBy('ca_id')
      .orderBy('position')
      .execute();
    for (const row of rows) certificates.get(row.ca_id)?.push(toCertificate(row));
    return certificates;
  };
  const addCertificates = async (ca: Ca): Promise<void> => {
    if (ca.certificates.length === 0) return;
    await database
      .insertInto('ca_certificates')
      .values(ca.certificates.map(({ kind, der, digest }, position) => ({ ca_id: ca.id, position, kind, der, digest })))
      .execute();
  };
  const nextVersion = async (): Promise<void> => {
    await database
      .updateTable('registry_state')
      .set((builder) => ({ version: builder('version', '+', 1) }))
      .where('name', '=', 'cas')
      .execute();
  };

  return {
    async add(ca) {
      await database
        .insertInto('cas')
        .values({ id: ca.id, name: ca.name, state: ca.state, created_at: ca.createdAt, updated_at: ca.updatedAt })
        .execute();
      await addCertificates(ca);
      await nextVersion();
    },
    async byId(id) {
      const row = await database.selectFrom('cas').selectAll().where('id', '=', id).executeTakeFirst();
      return row === undefined ? null : toCa(row, (await certificatesOf([id])).get(id) ?? []);
    },
    async list({ after, limit }) {
      let query = database.selectFrom('cas').selectAll().orderBy('id').limit(limit);
      if (after !== null) query = query.where('id', '>', after);
      const rows = await query.execute();
      const certificates = await certificatesOf(rows.map((row) => row.id));
      return rows.map((row) => toCa(row, certificates.get(row.id) ?? []));
    },
    async update(ca) {
      await database
        .updateTable('cas')
        .set({ name: ca.name, state: ca.state, updated_at: ca.updatedAt })
        .where('id', '=', ca.id)
        .execute();
      await database.deleteFrom('ca_certificates').where('ca_id', '=', ca.id).execute();
      await addCertificates(ca);
      await nextVersion();
    },
    version: () => versionOfCas(database),
    async activeCertificates() {
      const rows = await database
        .selectFrom('ca_certificates')
        .innerJoin('cas', 'cas.id', 'ca_certificates.ca_id')
        .selectAll('ca_certificates')
        .where('cas.state', '=', 'active')
        .orderBy('ca_certificates.ca_id')
        .orderBy('ca_certificates.position')
        .execute();
      return rows.map((row) => ({ ...toCertificate(row), caId: row.ca_id }));
    },
  };
}

function toCa(row: Selectable<Tables['cas']>, certificates: readonly CaCertificate[]): Ca {
  return {
    id: row.id,
    name: row.name,
    state: row.state === 'active' ? 'active' : 'off-boarded',
    createdAt: row.created_at,
    updatedAt: row.updated_at,
    certificates,
  };
}

function toCertificate(row: Selectable<Tables['ca_certificates']>): CaCertificate {
  return { kind: row.kind === 'anchor' ? 'anchor' : 'intermediate', der: row.der, digest: row.digest };
}
