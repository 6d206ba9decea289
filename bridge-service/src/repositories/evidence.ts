import type { Selectable } from 'kysely';
import {
  type CaSources,
  type EvidenceRepository,
  noSources,
  type SourceKind,
  type SourceState,
  type StoredList,
  type StoredResponse,
  type TsaRepository,
} from '../services/ports/evidence-store.ts';
import { hasCome } from './engine/has-come.ts';
import type { ServiceDatabase, Tables } from './engine/schema.ts';

export function createEvidenceRepository(database: ServiceDatabase): EvidenceRepository {
  return {
    async activeSources() {
      const rows = await database
        .selectFrom('ca_sources')
        .innerJoin('cas', 'cas.id', 'ca_sources.ca_id')
        .select(['ca_sources.ca_id', 'ca_sources.sources'])
        .where('cas.state', '=', 'active')
        .orderBy('ca_sources.ca_id')
        .execute();
      return rows.map((row) => ({ caId: row.ca_id, sources: readSources(row.sources) }));
    },
    async sourcesOf(caId) {
      const row = await database.selectFrom('ca_sources').selectAll().where('ca_id', '=', caId).executeTakeFirst();
      return row === undefined ? null : { sources: readSources(row.sources), updatedAt: row.updated_at };
    },
    async setSources(caId, sources, at) {
      const values = { sources: JSON.stringify(sources), updated_at: at };
      await database
        .insertInto('ca_sources')
        .values({ ca_id: caId, ...values })
        .onConflict((conflict) => conflict.column('ca_id').doUpdateSet(values))
        .execute();
      await database
        .updateTable('registry_state')
        .set((builder) => ({ version: builder('version', '+', 1) }))
        .where('name', '=', 'cas')
        .execute();
    },

    async states() {
      return (await database.selectFrom('source_states').selectAll().orderBy('source').execute()).map(toState);
    },
    async setState(state) {
      const values = {
        kind: state.kind,
        url: state.url,
        failures: state.failures,
        last_attempt_at: state.lastAttemptAt,
        last_success_at: state.lastSuccessAt,
        next_attempt_at: state.nextAttemptAt,
        last_error: state.lastError === null ? null : JSON.stringify(state.lastError),
      };
      await database
        .insertInto('source_states')
        .values({ source: state.source, ...values })
        .onConflict((conflict) => conflict.column('source').doUpdateSet(values))
        .execute();
    },
    async claim({ source, kind, url }, now, until) {
      const { numUpdatedRows } = await database
        .updateTable('source_states')
        .set({ next_attempt_at: until })
        .where('source', '=', source)
        .where(hasCome('next_attempt_at', now))
        .executeTakeFirst();
      if (numUpdatedRows === 1n) return true;
      // Nobody has asked it yet: the first who writes it down may.
      const never = { failures: 0, last_attempt_at: null, last_success_at: null, last_error: null };
      const { numInsertedOrUpdatedRows = 0n } = await database
        .insertInto('source_states')
        .values({ source, kind, url, ...never, next_attempt_at: until })
        .onConflict((conflict) => conflict.column('source').doNothing())
        .executeTakeFirst();
      return numInsertedOrUpdatedRows === 1n;
    },

    async lists() {
      return (await database.selectFrom('evidence_lists').selectAll().orderBy('source').execute()).map(toList);
    },
    async list(source) {
      const row = await database
        .selectFrom('evidence_lists')
        .selectAll()
        .where('source', '=', source)
        .executeTakeFirst();
      return row === undefined ? null : toList(row);
    },
    async setList(list) {
      const { source, ...values } = fromList(list);
      await database
        .insertInto('evidence_lists')
        .values({ source, ...values })
        .onConflict((conflict) => conflict.column('source').doUpdateSet(values))
        .execute();
    },
    async forgetList(source) {
      const { numDeletedRows } = await database
        .deleteFrom('evidence_lists')
        .where('source', '=', source)
        .executeTakeFirst();
      return numDeletedRows === 1n;
    },
    async keepList(source, fetchedAt, refreshAt) {
      await database
        .updateTable('evidence_lists')
        .set({ fetched_at: fetchedAt, refresh_at: refreshAt })
        .where('source', '=', source)
        .execute();
    },
    async addPart(digest, part, bytes) {
      await database
        .insertInto('evidence_parts')
        .values({ digest, part, bytes })
        .onConflict((conflict) => conflict.columns(['digest', 'part']).doNothing())
        .execute();
    },
    async part(digest, part) {
      const row = await database
        .selectFrom('evidence_parts')
        .select('bytes')
        .where('digest', '=', digest)
        .where('part', '=', part)
        .executeTakeFirst();
      return row?.bytes ?? null;
    },
    async holdBlob({ digest, kind, size, at, retainUntil }) {
      await database
        .insertInto('evidence_blobs')
        .values({ digest, kind, size, first_seen_at: at, retain_until: retainUntil })
        .onConflict((conflict) => conflict.column('digest').doUpdateSet({ retain_until: retainUntil }))
        .execute();
    },
    async deleteUnusedParts(now) {
      await database.deleteFrom('evidence_blobs').where('retain_until', '<', now).execute();
      const { numDeletedRows } = await database
        .deleteFrom('evidence_parts')
        .where('digest', 'not in', database.selectFrom('evidence_lists').select('digest'))
        .where('digest', 'not in', database.selectFrom('evidence_blobs').select('digest'))
        .executeTakeFirst();
      return Number(numDeletedRows);
    },

    async response(certificate) {
      const row = await database
        .selectFrom('ocsp_responses')
        .selectAll()
        .where('certificate', '=', certificate)
        .executeTakeFirst();
      return row === undefined ? null : toResponse(row);
    },
    async setResponse(response) {
      const values = {
        url: response.url,
        response: response.response,
        this_update: response.thisUpdate,
        next_update: response.nextUpdate,
        fetched_at: response.fetchedAt,
        refresh_at: response.refreshAt,
      };
      await database
        .insertInto('ocsp_responses')
        .values({ certificate: response.certificate, ...values })
        .onConflict((conflict) => conflict.column('certificate').doUpdateSet(values))
        .execute();
    },
    async deleteResponsesBefore(instant) {
      const { numDeletedRows } = await database
        .deleteFrom('ocsp_responses')
        .where('fetched_at', '<', instant)
        .executeTakeFirst();
      return Number(numDeletedRows);
    },
  };
}

export function createTsaRepository(database: ServiceDatabase): TsaRepository {
  return {
    async next(now) {
      const { serial, last_time } = await database
        .updateTable('tsa_state')
        .set((builder) => ({
          serial: builder('serial', '+', 1),
          last_time: builder
            .case()
            .when('last_time', '<', now)
            .then(now)
            .else(builder('last_time', '+', 1))
            .end(),
        }))
        .where('name', '=', 'tsa')
        .returning(['serial', 'last_time'])
        .executeTakeFirstOrThrow();
      return { serial: Number(serial), time: Number(last_time) };
    },
  };
}

function toState(row: Selectable<Tables['source_states']>): SourceState {
  return {
    source: row.source,
    kind: row.kind as SourceKind,
    url: row.url,
    failures: row.failures,
    lastAttemptAt: row.last_attempt_at,
    lastSuccessAt: row.last_success_at,
    nextAttemptAt: row.next_attempt_at,
    lastError: row.last_error === null ? null : (JSON.parse(row.last_error) as SourceState['lastError']),
  };
}

function toList(row: Selectable<Tables['evidence_lists']>): StoredList {
  return {
    ...{ source: row.source, url: row.url, digest: row.digest, size: row.size },
    ...{ issuer: row.issuer, signer: row.signer, entries: row.entries },
    crlNumber: row.crl_number === null ? null : BigInt(row.crl_number),
    baseNumber: row.base_number === null ? null : BigInt(row.base_number),
    ...{ thisUpdate: row.this_update, nextUpdate: row.next_update },
    ...{ etag: row.etag, lastModified: row.last_modified, fetchedAt: row.fetched_at, refreshAt: row.refresh_at },
  };
}

function fromList(list: StoredList): Tables['evidence_lists'] {
  return {
    ...{ source: list.source, url: list.url, digest: list.digest, size: list.size },
    ...{ issuer: list.issuer, signer: list.signer, entries: list.entries },
    crl_number: list.crlNumber?.toString() ?? null,
    base_number: list.baseNumber?.toString() ?? null,
    ...{ this_update: list.thisUpdate, next_update: list.nextUpdate },
    ...{ etag: list.etag, last_modified: list.lastModified, fetched_at: list.fetchedAt, refresh_at: list.refreshAt },
  };
}

function toResponse(row: Selectable<Tables['ocsp_responses']>): StoredResponse {
  return {
    ...{ certificate: row.certificate, url: row.url, response: row.response },
    ...{ thisUpdate: row.this_update, nextUpdate: row.next_update },
    ...{ fetchedAt: row.fetched_at, refreshAt: row.refresh_at },
  };
}

/** Those that were written before a field was known have what was usual then. */
const readSources = (text: string): CaSources => ({ ...noSources, ...(JSON.parse(text) as Partial<CaSources>) });
