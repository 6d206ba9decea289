import type { Selectable } from 'kysely';
import type { RegisteredSeal } from '../services/ports/registry-records.ts';
import type { SealRepository } from '../services/ports/registry-store.ts';
import type { ServiceDatabase, Tables } from './engine/schema.ts';

type Row = Selectable<Tables['seals']>;

export function createSealRepository(database: ServiceDatabase): SealRepository {
  const all = () => database.selectFrom('seals').selectAll();
  const one = (row: Row | undefined): RegisteredSeal | null => (row === undefined ? null : toSeal(row));
  return {
    async add(seal) {
      await database.insertInto('seals').values(toRow(seal)).execute();
    },
    async update(seal) {
      const { id, ...row } = toRow(seal);
      await database.updateTable('seals').set(row).where('id', '=', id).execute();
    },
    byId: async (id) => one(await all().where('id', '=', id).executeTakeFirst()),
    byCode: async (code) => one(await all().where('code', '=', code).executeTakeFirst()),
    async list({ after, limit }, companyId) {
      let query = all().orderBy('id').limit(limit);
      if (after !== null) query = query.where('id', '>', after);
      if (companyId !== undefined) query = query.where('company_id', '=', companyId);
      return (await query.execute()).map(toSeal);
    },
  };
}

function toRow(seal: RegisteredSeal): Row {
  return {
    id: seal.id,
    code: seal.code,
    company_id: seal.companyId,
    name: seal.name,
    kind: seal.kind,
    maker: seal.maker,
    state: seal.state,
    data: seal.data,
    data_digest: seal.dataDigest,
    certificates: JSON.stringify(seal.certificates),
    valid_from: seal.validFrom,
    valid_until: seal.validUntil,
    created_at: seal.createdAt,
    updated_at: seal.updatedAt,
    version: seal.version,
  };
}

function toSeal(row: Row): RegisteredSeal {
  return {
    id: row.id,
    code: row.code,
    companyId: row.company_id,
    name: row.name,
    kind: row.kind as RegisteredSeal['kind'],
    maker: row.maker,
    state: row.state as RegisteredSeal['state'],
    data: row.data,
    dataDigest: row.data_digest,
    certificates: JSON.parse(row.certificates) as readonly string[],
    validFrom: row.valid_from,
    validUntil: row.valid_until,
    createdAt: row.created_at,
    updatedAt: row.updated_at,
    version: row.version,
  };
}
