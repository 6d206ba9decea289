import type { Selectable } from 'kysely';
import type { Company, CompanyName, PersonRecord } from '../services/ports/registry-records.ts';
import type { CompanyRepository } from '../services/ports/registry-store.ts';
import type { ServiceDatabase, Tables } from './engine/schema.ts';
import { startsWith } from './engine/starts-with.ts';

type Row = Selectable<Tables['companies']>;

export function createCompanyRepository(database: ServiceDatabase): CompanyRepository {
  const namesOf = async (ids: readonly string[]): Promise<ReadonlyMap<string, readonly CompanyName[]>> => {
    const names = new Map<string, CompanyName[]>(ids.map((id) => [id, []]));
    if (ids.length === 0) return names;
    const rows = await database
      .selectFrom('company_names')
      .selectAll()
      .where('company_id', 'in', ids)
      .orderBy('since')
      .execute();
    for (const { company_id, name, since, until } of rows) names.get(company_id)?.push({ name, since, until });
    return names;
  };
  const withNames = async (rows: readonly Row[]): Promise<readonly Company[]> => {
    const names = await namesOf(rows.map(({ id }) => id));
    return rows.map((row) => toCompany(row, names.get(row.id) ?? []));
  };
  const setNames = async ({ id, names }: Company): Promise<void> => {
    await database.deleteFrom('company_names').where('company_id', '=', id).execute();
    await database
      .insertInto('company_names')
      .values(names.map((one) => ({ company_id: id, ...one })))
      .execute();
  };
  const one = async (row: Row | undefined): Promise<Company | null> =>
    row === undefined ? null : ((await withNames([row]))[0] ?? null);

  return {
    async add(company) {
      await database.insertInto('companies').values(companyRow(company)).execute();
      await setNames(company);
    },
    async update(company) {
      const { id, ...row } = companyRow(company);
      await database.updateTable('companies').set(row).where('id', '=', id).execute();
      await setNames(company);
    },
    async byId(id) {
      return one(await database.selectFrom('companies').selectAll().where('id', '=', id).executeTakeFirst());
    },
    async byCreditCode(creditCode) {
      return one(
        await database.selectFrom('companies').selectAll().where('credit_code', '=', creditCode).executeTakeFirst(),
      );
    },
    async list({ after, limit }, { creditCode, name, state }) {
      let query = database.selectFrom('companies').selectAll().orderBy('id').limit(limit);
      if (after !== null) query = query.where('id', '>', after);
      if (creditCode !== undefined) query = query.where('credit_code', '=', creditCode);
      if (name !== undefined) query = query.where(startsWith('name', name));
      if (state !== undefined) query = query.where('state', '=', state);
      return withNames(await query.execute());
    },
  };
}

export function companyRow(company: Company): Row {
  const { id, creditCode, name, state, legalPerson, agents, createdAt, updatedAt, version } = company;
  return {
    ...{ id, name, state, version },
    credit_code: creditCode,
    legal_person: legalPerson === null ? null : JSON.stringify(legalPerson),
    agents: JSON.stringify(agents),
    created_at: createdAt,
    updated_at: updatedAt,
  };
}

function toCompany(row: Row, names: readonly CompanyName[]): Company {
  return {
    id: row.id,
    creditCode: row.credit_code,
    name: row.name,
    state: row.state === 'closed' ? 'closed' : 'active',
    legalPerson: row.legal_person === null ? null : (JSON.parse(row.legal_person) as PersonRecord),
    agents: JSON.parse(row.agents) as readonly PersonRecord[],
    names,
    createdAt: row.created_at,
    updatedAt: row.updated_at,
    version: row.version,
  };
}
