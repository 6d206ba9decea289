import { fromBase64, toBase64 } from '@onelock/core/bytes';
import type { Reason } from '@onelock/core/verdict';
import { type Selectable, sql } from 'kysely';
import {
  type Applicant,
  type Application,
  type ApplicationState,
  type ApplicationSubject,
  applicationStates,
  type EnrolmentProduct,
  envelopeKinds,
  forgotten,
} from '../services/ports/application-records.ts';
import type { ApplicationFigures, ApplicationRepository } from '../services/ports/application-store.ts';
import { hasCome } from './engine/has-come.ts';
import type { ServiceDatabase, Tables } from './engine/schema.ts';

type Row = Selectable<Tables['applications']>;

/** Figures are about the newest so many; beyond them a median hardly moves. */
const mostCounted = 20_000;

/** A CA may have itself asked again after a day. */
const longestPollMs = 25 * 3_600_000;

export function createApplicationRepository(database: ServiceDatabase): ApplicationRepository {
  return {
    async add(application) {
      await database.insertInto('applications').values(toRow(application)).execute();
      await database
        .insertInto('application_steps')
        .values({
          ...{ application_id: application.id, position: 1, at: application.createdAt, state: application.state },
          reason: null,
        })
        .execute();
    },
    async update(application, step) {
      const { id, ...row } = toRow(application);
      const { numUpdatedRows } = await database
        .updateTable('applications')
        .set(row)
        .where('id', '=', id)
        .where('version', '=', application.version - 1)
        .executeTakeFirst();
      if (numUpdatedRows !== 1n) return false;
      if (step === null) return true;
      const { last } = await database
        .selectFrom('application_steps')
        .select(({ fn }) => fn.max('position').as('last'))
        .where('application_id', '=', id)
        .executeTakeFirstOrThrow();
      const { at, state, reason } = step;
      await database
        .insertInto('application_steps')
        .values({ application_id: id, position: Number(last ?? 0) + 1, at, state, reason: json(reason) })
        .execute();
      return true;
    },
    async byId(id) {
      const row = await database.selectFrom('applications').selectAll().where('id', '=', id).executeTakeFirst();
      return row === undefined ? null : toApplication(row);
    },
    async list({ after, limit }, { platformId, caId, state, creditCode }) {
      let query = database.selectFrom('applications').selectAll().orderBy('id', 'desc').limit(limit);
      if (after !== null) query = query.where('id', '<', after);
      if (platformId !== undefined) query = query.where('platform_id', '=', platformId);
      if (caId !== undefined) query = query.where('ca_id', '=', caId);
      if (state !== undefined) query = query.where('state', '=', state);
      if (creditCode !== undefined) query = query.where('credit_code', '=', creditCode);
      return (await query.execute()).map(toApplication);
    },
    async steps(id) {
      const rows = await database
        .selectFrom('application_steps')
        .selectAll()
        .where('application_id', '=', id)
        .orderBy('position')
        .execute();
      return rows.map(({ position, at, state, reason }) => ({
        ...{ position: Number(position), at, state: stateOf(state) },
        reason: parsed<Reason>(reason),
      }));
    },
    async otherWithKey(requestKeyDigest, id) {
      const row = await database
        .selectFrom('applications')
        .select('id')
        .where('request_key_digest', '=', requestKeyDigest)
        .where('id', '<>', id)
        .where('state', 'not in', ['withdrawn', 'refused'])
        .limit(1)
        .executeTakeFirst();
      return row !== undefined;
    },
    async due(now, limit) {
      const rows = await database
        .selectFrom('applications')
        .select(['id', 'version'])
        .where(hasCome('next_attempt_at', now, longestPollMs))
        .orderBy('next_attempt_at')
        .limit(limit)
        .execute();
      return rows.map(({ id, version }) => ({ id, version: Number(version) }));
    },
    async claim(id, now, until) {
      const { numUpdatedRows } = await database
        .updateTable('applications')
        .set({ next_attempt_at: until })
        .where('id', '=', id)
        .where(hasCome('next_attempt_at', now, longestPollMs))
        .executeTakeFirst();
      return numUpdatedRows === 1n;
    },
    async figures(since) {
      const rows = await database
        .selectFrom('applications')
        .select(['ca_id', 'state', 'submitted_at', 'issued_at', 'product'])
        .where('submitted_at', '>=', since)
        .orderBy('submitted_at', 'desc')
        .limit(mostCounted)
        .execute();
      return [...Map.groupBy(rows, ({ ca_id }) => ca_id)].map(([caId, ofCa]) => figuresOf(caId, ofCa));
    },
    async deleteDraftsBefore(instant) {
      const drafts = database
        .selectFrom('applications')
        .select('id')
        .where('state', '=', 'draft')
        .where('updated_at', '<', instant);
      await database.deleteFrom('application_steps').where('application_id', 'in', drafts).execute();
      const { numDeletedRows } = await database
        .deleteFrom('applications')
        .where('state', '=', 'draft')
        .where('updated_at', '<', instant)
        .executeTakeFirst();
      return Number(numDeletedRows);
    },
    async forgetApplicantsBefore(instant) {
      const rows = await database
        .selectFrom('applications')
        .select(['id', 'applicant'])
        .where('updated_at', '<', instant)
        .where(sql<string>`replace(applicant, '"sealed":""', '')`, 'like', '%"sealed":"%')
        .execute();
      for (const { id, applicant } of rows)
        await database
          .updateTable('applications')
          .set({ applicant: JSON.stringify(forgotten(JSON.parse(applicant) as Applicant)) })
          .where('id', '=', id)
          .execute();
      return rows.length;
    },
  };
}

function figuresOf(
  caId: string,
  rows: readonly Pick<Row, 'state' | 'submitted_at' | 'issued_at' | 'product'>[],
): ApplicationFigures {
  const issued = rows.flatMap(({ submitted_at, issued_at, product }) => {
    if (submitted_at === null || issued_at === null) return [];
    const minutes = (Date.parse(issued_at) - Date.parse(submitted_at)) / 60_000;
    return [{ minutes, inTime: minutes <= (JSON.parse(product) as EnrolmentProduct).expectedMinutes }];
  });
  const sorted = issued.map(({ minutes }) => minutes).toSorted((one, other) => one - other);
  const count = (state: ApplicationState): number => rows.filter((row) => row.state === state).length;
  const median = sorted[Math.floor(sorted.length / 2)];
  return {
    ...{ caId, applications: rows.length, issued: issued.length, refused: count('refused'), held: count('held') },
    medianMinutes: median === undefined ? null : Math.round(median * 10) / 10,
    inTime: issued.filter(({ inTime }) => inTime).length,
  };
}

const json = (value: unknown): string | null => (value === null ? null : JSON.stringify(value));
const parsed = <T>(text: string | null): T | null => (text === null ? null : (JSON.parse(text) as T));

function stateOf(text: string): ApplicationState {
  const state = applicationStates.find((one) => one === text);
  if (state === undefined) throw new Error(`an application is in the unknown state ${text}`);
  return state;
}

function toRow(one: Application): Row {
  return {
    ...{ id: one.id, kind: one.kind, state: one.state, ca_id: one.caId, product: JSON.stringify(one.product) },
    ...{ platform_id: one.platformId, key_digest: one.keyDigest, credit_code: one.subject.creditCode },
    ...{ subject: JSON.stringify(one.subject), applicant: JSON.stringify(one.applicant), company_id: one.companyId },
    ...{ renews: one.renews, request: one.request, request_key_digest: one.requestKeyDigest, proof: one.proof },
    ...{ signing_certificate: one.signingCertificate, encryption_certificate: one.encryptionCertificate },
    chain: JSON.stringify(one.chain.map(toBase64)),
    ...{ envelope_kind: one.envelopeKind, envelope: one.envelope, reason: json(one.reason), attempts: one.attempts },
    ...{ next_attempt_at: one.nextAttemptAt, created_at: one.createdAt, updated_at: one.updatedAt },
    ...{ submitted_at: one.submittedAt, issued_at: one.issuedAt, installed_at: one.installedAt, version: one.version },
  };
}

function toApplication(row: Row): Application {
  return {
    ...{ id: row.id, kind: row.kind === 'renewal' ? 'renewal' : 'new', state: stateOf(row.state), caId: row.ca_id },
    product: JSON.parse(row.product) as EnrolmentProduct,
    ...{ platformId: row.platform_id, keyDigest: row.key_digest, companyId: row.company_id, renews: row.renews },
    subject: JSON.parse(row.subject) as ApplicationSubject,
    applicant: JSON.parse(row.applicant) as Applicant,
    ...{ request: row.request, requestKeyDigest: row.request_key_digest, proof: row.proof },
    ...{ signingCertificate: row.signing_certificate, encryptionCertificate: row.encryption_certificate },
    chain: (JSON.parse(row.chain) as readonly string[]).map(fromBase64),
    envelopeKind: envelopeKinds.find((kind) => kind === row.envelope_kind) ?? null,
    ...{ envelope: row.envelope, reason: parsed<Reason>(row.reason), attempts: Number(row.attempts) },
    ...{ nextAttemptAt: row.next_attempt_at, createdAt: row.created_at, updatedAt: row.updated_at },
    ...{ submittedAt: row.submitted_at, issuedAt: row.issued_at, installedAt: row.installed_at },
    version: Number(row.version),
  };
}
