import { type Selectable, sql } from 'kysely';
import type {
  ConflictPayload,
  FateCounts,
  ImportConflict,
  ImportFate,
  ImportFinding,
  ImportJob,
  ImportPreview,
  ImportRow,
  ImportSettings,
  ImportState,
} from '../services/ports/import-records.ts';
import type { ImportRepository } from '../services/ports/import-store.ts';
import { bulkInsert } from './engine/bulk-insert.ts';
import { hasCome } from './engine/has-come.ts';
import type { ServiceDatabase, Tables } from './engine/schema.ts';
import { registerInBulk, texts } from './imports-register.ts';

export function createImportRepository(database: ServiceDatabase): ImportRepository {
  const jobs = () => database.selectFrom('imports').selectAll();
  return {
    async add(job) {
      await database.insertInto('imports').values(toJobRow(job)).execute();
    },
    async update(job) {
      const { id, ...row } = toJobRow(job);
      await database.updateTable('imports').set(row).where('id', '=', id).execute();
    },
    async byId(id) {
      const row = await jobs().where('id', '=', id).executeTakeFirst();
      return row === undefined ? null : toJob(row);
    },
    async list({ after, limit }, state) {
      let query = jobs().orderBy('id', 'desc').limit(limit);
      if (after !== null) query = query.where('id', '<', after);
      if (state !== undefined) query = query.where('state', '=', state);
      return (await query.execute()).map(toJob);
    },
    async waiting(now) {
      const rows = await database
        .selectFrom('imports')
        .select('id')
        .where('state', 'in', ['checking', 'running'])
        .where((or) => or.or([or('lease_until', 'is', null), hasCome('lease_until', now)]))
        .orderBy('id')
        .execute();
      return rows.map(({ id }) => id);
    },
    async releaseAll() {
      await database.updateTable('imports').set({ lease_owner: null, lease_until: null }).execute();
    },

    async addPart(importId, offset, bytes) {
      await database.insertInto('import_parts').values({ import_id: importId, start: offset, bytes }).execute();
    },
    async part(importId, offset) {
      const row = await database
        .selectFrom('import_parts')
        .select('bytes')
        .where('import_id', '=', importId)
        .where('start', '=', offset)
        .executeTakeFirst();
      return row?.bytes ?? null;
    },
    async erase(importId) {
      await database.deleteFrom('import_parts').where('import_id', '=', importId).execute();
    },
    async abandoned(before) {
      const rows = await database
        .selectFrom('imports')
        .select('id')
        .where('state', '=', 'receiving')
        .where('updated_at', '<', before)
        .execute();
      return rows.map(({ id }) => id);
    },

    ...createRowRepository(database),
    ...registerInBulk(database),
  };
}

type RowPart = Pick<ImportRepository, 'addRows' | 'rows' | 'row' | 'decided' | 'conflicts' | 'conflict' | 'batches'>;

function createRowRepository(database: ServiceDatabase): RowPart {
  const rowsOf = (importId: string) => database.selectFrom('import_rows').selectAll().where('import_id', '=', importId);
  return {
    async addRows(importId, rows, conflicts, batch) {
      await bulkInsert(
        database,
        'import_rows',
        rowColumns,
        rows.map((row) => {
          const written = toRow(importId, row);
          return Object.keys(rowColumns).map((column) => written[column as keyof typeof written]);
        }),
      );
      await bulkInsert(
        database,
        'import_conflicts',
        { import_id: 'text', number: 'bigint', findings: 'text', payload: 'text', der: 'bytea' },
        conflicts.map(({ number, findings, payload, der }) => [
          ...[importId, number, spaced(findings), JSON.stringify(payload)],
          der,
        ]),
      );
      await database
        .insertInto('import_batches')
        .values({ import_id: importId, ...batch })
        .execute();
    },
    async rows(importId, { after, limit }, fate) {
      let query = rowsOf(importId).orderBy('number').limit(limit);
      if (after !== null) query = query.where('number', '>', after);
      if (fate !== undefined)
        query = query.where((or) =>
          or.or([or('outcome', '=', fate), or.and([or('fate', '=', fate), or('outcome', 'is', null)])]),
        );
      return (await query.execute()).map(fromRow);
    },
    async row(importId, number) {
      const row = await rowsOf(importId).where('number', '=', number).executeTakeFirst();
      return row === undefined ? null : fromRow(row);
    },
    async decided(importId, row) {
      const { outcome, certificateId, companyId, decision, decidedBy, decidedAt } = row;
      await database
        .updateTable('import_rows')
        .set({
          ...{ outcome, certificate_id: certificateId, company_id: companyId },
          ...{ decision, decided_by: decidedBy, decided_at: decidedAt },
        })
        .where('import_id', '=', importId)
        .where('number', '=', row.number)
        .execute();
      await database
        .deleteFrom('import_conflicts')
        .where('import_id', '=', importId)
        .where('number', '=', row.number)
        .execute();
    },
    async conflicts(importId, { after, limit }, finding) {
      let query = database
        .selectFrom('import_conflicts')
        .innerJoin('import_rows', (join) =>
          join
            .onRef('import_rows.import_id', '=', 'import_conflicts.import_id')
            .onRef('import_rows.number', '=', 'import_conflicts.number'),
        )
        .selectAll('import_rows')
        .select(['import_conflicts.payload', 'import_conflicts.der'])
        .where('import_conflicts.import_id', '=', importId)
        .orderBy('import_conflicts.number')
        .limit(limit);
      if (after !== null) query = query.where('import_conflicts.number', '>', after);
      if (finding !== undefined) query = query.where(sql<boolean>`import_conflicts.findings like ${`% ${finding} %`}`);
      return (await query.execute()).map(({ payload, der, ...row }) => ({
        ...fromRow(row),
        conflict: toConflict({ number: row.number, findings: row.findings, payload, der }),
      }));
    },
    async conflict(importId, number) {
      const row = await database
        .selectFrom('import_conflicts')
        .selectAll()
        .where('import_id', '=', importId)
        .where('number', '=', number)
        .executeTakeFirst();
      return row === undefined ? null : toConflict(row);
    },
    async batches(importId, { after, limit }) {
      let query = database
        .selectFrom('import_batches')
        .select(['first', 'last', 'rows'])
        .where('import_id', '=', importId)
        .orderBy('first')
        .limit(limit);
      if (after !== null) query = query.where('first', '>', after);
      return query.execute();
    },
  };
}

const rowColumns = {
  number: 'bigint' as const,
  ...texts('import_id', 'place', 'fate', 'outcome', 'findings', 'reason', 'certificate_digest', 'certificate_id'),
  ...texts('company_id', 'credit_code', 'company_name', 'subject', 'decision', 'decided_by', 'decided_at'),
};

const spaced = (findings: readonly ImportFinding[]): string => ` ${findings.join(' ')} `;
const unspaced = (text: string): readonly ImportFinding[] =>
  text.split(' ').filter((word) => word !== '') as ImportFinding[];
const optionalJson = (value: object | null): string | null => (value === null ? null : JSON.stringify(value));
const parsedOrNull = <T>(text: string | null): T | null => (text === null ? null : (JSON.parse(text) as T));

function toRow(importId: string, row: ImportRow): Selectable<Tables['import_rows']> {
  return {
    ...{ import_id: importId, number: row.number, place: row.place, fate: row.fate, outcome: row.outcome },
    ...{ findings: spaced(row.findings), reason: optionalJson(row.reason), subject: row.subject },
    ...{ certificate_digest: row.certificateDigest, certificate_id: row.certificateId, company_id: row.companyId },
    ...{ credit_code: row.creditCode, company_name: row.companyName, decision: row.decision },
    ...{ decided_by: row.decidedBy, decided_at: row.decidedAt },
  };
}

function fromRow(row: Selectable<Tables['import_rows']>): ImportRow {
  return {
    ...{
      number: row.number,
      place: row.place,
      fate: row.fate as ImportFate,
      outcome: row.outcome as ImportFate | null,
    },
    ...{ findings: unspaced(row.findings), reason: parsedOrNull<NonNullable<ImportRow['reason']>>(row.reason) },
    ...{ certificateDigest: row.certificate_digest, certificateId: row.certificate_id, companyId: row.company_id },
    ...{ creditCode: row.credit_code, companyName: row.company_name, subject: row.subject },
    ...{ decision: row.decision as ImportRow['decision'], decidedBy: row.decided_by, decidedAt: row.decided_at },
  };
}

function toConflict(row: {
  readonly number: number;
  readonly findings: string;
  readonly payload: string;
  readonly der: Uint8Array | null;
}): ImportConflict {
  return {
    ...{ number: row.number, findings: unspaced(row.findings), der: row.der },
    payload: JSON.parse(row.payload) as ConflictPayload,
  };
}

function toJobRow(job: ImportJob): Selectable<Tables['imports']> {
  return {
    ...{ id: job.id, name: job.name, size: job.size, digest: job.digest, received: job.received, state: job.state },
    ...{ settings: JSON.stringify(job.settings), position: job.position, total: job.total },
    ...{ counts: JSON.stringify(job.counts), new_companies: job.newCompanies, open_conflicts: job.openConflicts },
    ...{ preview: optionalJson(job.preview), failure: optionalJson(job.failure), starter: optionalJson(job.starter) },
    ...{ created_by: job.createdBy, created_at: job.createdAt, started_at: job.startedAt },
    ...{ finished_at: job.finishedAt, updated_at: job.updatedAt },
    ...{ lease_owner: job.lease?.owner ?? null, lease_until: job.lease?.until ?? null },
  };
}

function toJob(row: Selectable<Tables['imports']>): ImportJob {
  const { lease_owner: owner, lease_until: until } = row;
  return {
    ...{ id: row.id, name: row.name, size: row.size, digest: row.digest, received: row.received },
    ...{ state: row.state as ImportState, settings: JSON.parse(row.settings) as ImportSettings },
    ...{ position: row.position, total: row.total, counts: JSON.parse(row.counts) as FateCounts },
    ...{ newCompanies: row.new_companies, openConflicts: row.open_conflicts },
    ...{
      preview: parsedOrNull<ImportPreview>(row.preview),
      failure: parsedOrNull<NonNullable<ImportJob['failure']>>(row.failure),
    },
    ...{ createdBy: row.created_by, createdAt: row.created_at, startedAt: row.started_at },
    starter: parsedOrNull<NonNullable<ImportJob['starter']>>(row.starter),
    ...{ finishedAt: row.finished_at, updatedAt: row.updated_at },
    lease: owner === null || until === null ? null : { owner, until },
  };
}
