import type { ImportRepository, KnownCertificate } from '../services/ports/import-store.ts';
import { certificateRow } from './certificates.ts';
import { companyRow } from './companies.ts';
import { bulkInsert } from './engine/bulk-insert.ts';
import type { ColumnType } from './engine/postgres-array.ts';
import type { ServiceDatabase, Tables } from './engine/schema.ts';

/** Columns of text, for a bulk insert. */
export function texts(...names: readonly string[]): Readonly<Record<string, ColumnType>> {
  return Object.fromEntries(names.map((name) => [name, 'text']));
}

type RegisterPart = Pick<ImportRepository, 'knownCertificates' | 'knownCompanies' | 'register'>;

/** What an import asks of the registries and writes to them, many records at a time. */
export function registerInBulk(database: ServiceDatabase): RegisterPart {
  const certificates = () =>
    database.selectFrom('certificates').select(['id', 'digest', 'issuer_key', 'serial_number', 'company_id']);
  return {
    async knownCertificates(digests, serials) {
      const found = new Map<string, KnownCertificate>();
      const take = (rows: Awaited<ReturnType<ReturnType<typeof certificates>['execute']>>): void => {
        for (const row of rows)
          found.set(row.id, {
            ...{ id: row.id, digest: row.digest, issuerKey: row.issuer_key, serialNumber: row.serial_number },
            companyId: row.company_id,
          });
      };
      if (digests.length > 0)
        take(
          await certificates()
            .where('digest', 'in', [...digests])
            .execute(),
        );
      for (const [issuerKey, numbers] of serials)
        take(
          await certificates()
            .where('issuer_key', '=', issuerKey)
            .where('serial_number', 'in', [...numbers])
            .execute(),
        );
      return [...found.values()];
    },

    async knownCompanies(creditCodes) {
      if (creditCodes.length === 0) return [];
      const companies = await database
        .selectFrom('companies')
        .select(['id', 'credit_code', 'name'])
        .where('credit_code', 'in', [...creditCodes])
        .execute();
      if (companies.length === 0) return [];
      const names = await database
        .selectFrom('company_names')
        .select(['company_id', 'name'])
        .where(
          'company_id',
          'in',
          companies.map(({ id }) => id),
        )
        .execute();
      const namesOf = new Map<string, string[]>(companies.map(({ id }) => [id, []]));
      for (const { company_id, name } of names) namesOf.get(company_id)?.push(name);
      return companies.map(({ id, credit_code, name }) => ({
        ...{ id, name, creditCode: credit_code },
        names: namesOf.get(id) ?? [],
      }));
    },

    async register({ companies, certificates: added, history }) {
      await insert(database, 'companies', companyColumns, companies.map(companyRow));
      await insert(
        database,
        'company_names',
        { company_id: 'text', name: 'text', since: 'text', until: 'text' },
        companies.flatMap(({ id, names }) => names.map((one) => ({ company_id: id, ...one }))),
      );
      await insert(database, 'certificates', certificateColumns, added.map(certificateRow));
      await insert(
        database,
        'record_history',
        historyColumns,
        history.map(({ recordId, ...entry }) => ({ ...entry, record_id: recordId, version: 1 })),
      );
    },
  };
}

async function insert<Table extends keyof Tables & string>(
  database: ServiceDatabase,
  table: Table,
  columns: Readonly<Record<string, ColumnType>>,
  rows: readonly Readonly<Record<string, string | number | Uint8Array | null>>[],
): Promise<void> {
  const names = Object.keys(columns);
  await bulkInsert(
    database,
    table,
    columns,
    rows.map((row) => names.map((name) => row[name] ?? null)),
  );
}

const companyColumns = {
  ...texts('id', 'credit_code', 'name', 'state', 'legal_person', 'agents', 'created_at', 'updated_at'),
  version: 'bigint' as const,
};

const certificateColumns = {
  ...texts('id', 'digest', 'issuer_key', 'serial_number', 'company_id', 'subject', 'issuer', 'not_before', 'not_after'),
  ...texts('key_digest', 'usage', 'medium', 'state', 'proven_at', 'proof', 'source', 'created_at', 'updated_at'),
  ...{ der: 'bytea' as const, version: 'bigint' as const },
};

const historyColumns = {
  ...texts('registry', 'record_id', 'at', 'actor', 'action', 'record'),
  version: 'bigint' as const,
};
