import { type RawBuilder, type SqlBool, sql } from 'kysely';
import type {
  CountKey,
  HourCount,
  StatisticsCell,
  StatisticsRepository,
  StatisticsSpan,
} from '../services/ports/statistics-store.ts';
import { createAlertReadings } from './alerts.ts';
import { bulkInsert } from './engine/bulk-insert.ts';
import type { ServiceDatabase } from './engine/schema.ts';
import { createExpiryReadings } from './expiry.ts';

const progress = 'audit';

export function createStatisticsRepository(database: ServiceDatabase): StatisticsRepository {
  const counted = async (): Promise<number> => {
    const row = await database
      .selectFrom('statistics_progress')
      .select('sequence')
      .where('name', '=', progress)
      .executeTakeFirst();
    return Number(row?.sequence ?? 0);
  };
  return {
    ...createAlertReadings(database),
    ...createExpiryReadings(database),
    counted,
    async add(from, to, { counts, waits, visits, devices }) {
      // Writers take turns: what the progress says now is true until the commit, so no entry counts twice.
      const { numUpdatedRows } = await database
        .updateTable('statistics_progress')
        .set({ sequence: to })
        .where('name', '=', progress)
        .where('sequence', '=', from)
        .executeTakeFirst();
      if (numUpdatedRows !== 1n) return false;
      await bulkInsert(
        database,
        'statistics_counts',
        { ...countColumns, count: 'bigint' },
        counts.map((row) => [...countNames.map((name) => row[name]), row.count]),
        { existing: { key: countNames.join(', '), add: 'count' } },
      );
      await bulkInsert(
        database,
        'statistics_waits',
        { hour: 'text', platform: 'text', ca: 'text', seconds: 'bigint', count: 'bigint' },
        waits.map((row) => [row.hour, row.platform, row.ca, row.seconds, row.count]),
        { existing: { key: 'hour, platform, ca, seconds', add: 'count' } },
      );
      await bulkInsert(
        database,
        'statistics_visits',
        { certificate_digest: 'text', platform: 'text', last_at: 'text', logins: 'bigint' },
        visits.map((row) => [row.certificateDigest, row.platform, row.lastAt, row.logins]),
        { existing: { key: 'certificate_digest, platform', update: 'last_at', add: 'logins' } },
      );
      await bulkInsert(
        database,
        'statistics_devices',
        { device_digest: 'text', certificate_digest: 'text', driver: 'text', last_at: 'text', logins: 'bigint' },
        devices.map((row) => [row.deviceDigest, row.certificateDigest, row.driver, row.lastAt, row.logins]),
        { existing: { key: 'device_digest, certificate_digest', update: ['driver', 'last_at'], add: 'logins' } },
      );
      return true;
    },
    async cells(span) {
      const { rows } = await sql<StatisticsCell>`
        select action, platform, ca, driver, outcome, sum(count) as count from statistics_counts
        where ${within(span)} group by action, platform, ca, driver, outcome`.execute(database);
      return rows.map((row) => ({ ...row, count: Number(row.count) }));
    },
    async hours(span) {
      const { rows } = await sql<HourCount>`
        select hour, action, outcome, sum(count) as count from statistics_counts
        where ${within(span)} group by hour, action, outcome`.execute(database);
      return rows.map((row) => ({ ...row, count: Number(row.count) }));
    },
    async firstHour() {
      const row = await database
        .selectFrom('statistics_counts')
        .select('hour')
        .orderBy('hour')
        .limit(1)
        .executeTakeFirst();
      return row?.hour ?? null;
    },
    async rollUp(from, until) {
      const { rows } = await sql<Omit<CountKey, 'hour'> & { readonly count: number; readonly rows: number }>`
        select action, platform, ca, driver, outcome, reason, sum(count) as count, count(*) as rows from statistics_counts
        where hour >= ${from} and hour < ${until} group by action, platform, ca, driver, outcome, reason`.execute(
        database,
      );
      const before = rows.reduce((sum, row) => sum + Number(row.rows), 0);
      if (before === rows.length && rows.length === 0) return 0;
      await database.deleteFrom('statistics_counts').where('hour', '>=', from).where('hour', '<', until).execute();
      await bulkInsert(
        database,
        'statistics_counts',
        { ...countColumns, count: 'bigint' },
        rows.map((row) => {
          const key: CountKey = { ...row, hour: from };
          return [...countNames.map((name) => key[name]), Number(row.count)];
        }),
      );
      return before - rows.length;
    },
    async reasons(span, limit) {
      const { rows } = await sql<{ action: string; reason: string; total: number | string }>`
        select action, reason, sum(count) as total from statistics_counts
        where ${within(span)} and reason <> '' and outcome in ('failed', 'indeterminate', 'refused')
        group by action, reason order by sum(count) desc, action, reason limit ${limit}`.execute(database);
      return rows.map(({ action, reason, total }) => ({ action, reason, count: Number(total) }));
    },
    async waits(span) {
      const { rows } = await sql<{ seconds: number; total: number | string }>`
        select seconds, sum(count) as total from statistics_waits where ${within(span)}
        group by seconds order by seconds`.execute(database);
      return rows.map(({ seconds, total }) => ({ seconds: Number(seconds), count: Number(total) }));
    },
    async drivers() {
      const rows = await database.selectFrom('statistics_counts').select('driver').distinct().limit(2_000).execute();
      return rows.map(({ driver }) => driver);
    },
    async caOfCertificates() {
      const rows = await database.selectFrom('ca_certificates').select(['digest', 'ca_id']).execute();
      return new Map(rows.map(({ digest, ca_id }) => [digest, ca_id]));
    },
    async names(kind, ids) {
      if (ids.length === 0) return new Map();
      const rows = await database
        .selectFrom(kind)
        .select(['id', 'name'])
        .where('id', 'in', [...ids])
        .execute();
      return new Map(rows.map(({ id, name }) => [id, name]));
    },
    async visits(keysPerPlatform) {
      const { rows } = await sql<Record<'platforms' | 'holders' | 'keys', number | string>>`
        select platforms, count(*) as holders, sum(keys) as keys from (
          select count(distinct v.platform) as platforms, count(distinct v.certificate_digest) as keys
          from statistics_visits v left join certificates c on c.digest = v.certificate_digest
          group by coalesce(c.company_id, v.certificate_digest)) as holder
        group by platforms order by platforms`.execute(database);
      const spared = await sql<{ spared: number | string | null }>`
        select sum(platforms * ${keysPerPlatform} - keys) as spared from (
          select count(distinct v.platform) as platforms, count(distinct v.certificate_digest) as keys
          from statistics_visits v left join certificates c on c.digest = v.certificate_digest
          group by coalesce(c.company_id, v.certificate_digest)) as holder where platforms * ${keysPerPlatform} > keys`.execute(
        database,
      );
      const groups = rows.map((row) => ({
        ...{ platforms: Number(row.platforms), holders: Number(row.holders), keys: Number(row.keys) },
      }));
      return {
        holdersByPlatforms: groups.map(({ platforms, holders }) => ({ platforms, holders })),
        certificates: groups.reduce((sum, { keys }) => sum + keys, 0),
        keysWithout: groups.reduce((sum, { platforms, holders }) => sum + platforms * holders * keysPerPlatform, 0),
        keysSpared: Number(spared.rows[0]?.spared ?? 0),
      };
    },
    async certificatesOfDevice(deviceDigest) {
      const rows = await database
        .selectFrom('statistics_devices')
        .selectAll()
        .where('device_digest', '=', deviceDigest)
        .orderBy('last_at', 'desc')
        .limit(50)
        .execute();
      return rows.map((row) => ({
        ...{ deviceDigest: row.device_digest, certificateDigest: row.certificate_digest, driver: row.driver },
        ...{ lastAt: row.last_at, logins: Number(row.logins) },
      }));
    },
    async registered() {
      const { rows } = await sql<Record<'companies' | 'certificates' | 'platforms', number | string>>`
        select (select count(*) from companies where state = 'active') as companies,
          (select count(*) from certificates where state = 'active') as certificates,
          (select count(*) from callers where role = 'platform' and revoked_at is null) as platforms`.execute(database);
      const [row] = rows;
      return {
        companies: Number(row?.companies ?? 0),
        certificates: Number(row?.certificates ?? 0),
        platforms: Number(row?.platforms ?? 0),
      };
    },
    async beat({ id, host, startedAt, seenAt, state }) {
      await database
        .insertInto('nodes')
        .values({ id, host, started_at: startedAt, seen_at: seenAt, state })
        .onConflict((conflict) => conflict.column('id').doUpdateSet({ seen_at: seenAt, state }))
        .execute();
    },
    async nodes() {
      const rows = await database.selectFrom('nodes').selectAll().orderBy('id').execute();
      return rows.map((row) => ({
        ...{ id: row.id, host: row.host, startedAt: row.started_at, seenAt: row.seen_at, state: row.state },
      }));
    },
    async forgetNode(id) {
      await database.deleteFrom('nodes').where('id', '=', id).execute();
    },
    async forgetNodesBefore(instant) {
      const { numDeletedRows } = await database.deleteFrom('nodes').where('seen_at', '<', instant).executeTakeFirst();
      return Number(numDeletedRows);
    },
    async addRefusals(refusals) {
      await bulkInsert(
        database,
        'refusals',
        {
          ...{ request_id: 'text', at: 'text', caller: 'text', method: 'text', route: 'text', status: 'bigint' },
          ...{ code: 'text', params: 'text' },
        },
        refusals.map((one) => [
          ...[one.requestId, one.at, one.caller, one.method, one.route, one.status, one.code, one.params],
        ]),
        { existing: 'skip' },
      );
    },
    async refusal(requestId) {
      const row = await database
        .selectFrom('refusals')
        .selectAll()
        .where('request_id', '=', requestId)
        .executeTakeFirst();
      if (row === undefined) return null;
      const { request_id: _id, ...rest } = row;
      return { requestId, ...rest, status: Number(row.status) };
    },
    async forgetRefusalsBefore(instant) {
      const { numDeletedRows } = await database.deleteFrom('refusals').where('at', '<', instant).executeTakeFirst();
      return Number(numDeletedRows);
    },
  };
}

const countNames = ['hour', 'action', 'platform', 'ca', 'driver', 'outcome', 'reason'] as const;
const countColumns = {
  hour: 'text',
  action: 'text',
  platform: 'text',
  ca: 'text',
  driver: 'text',
  outcome: 'text',
  reason: 'text',
} as const;

/** Hours compare as the texts that they are: an instant is not before the hour that it begins with. */
function within({ from, until, platform }: StatisticsSpan): RawBuilder<SqlBool> {
  const hours = sql<SqlBool>`hour >= ${from.slice(0, 13)} and hour < ${until}`;
  return platform === undefined ? hours : sql<SqlBool>`${hours} and platform = ${platform}`;
}
