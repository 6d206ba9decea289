import { type RawBuilder, type SqlBool, sql } from 'kysely';
import type { StatisticsRepository } from '../services/ports/statistics-store.ts';
import type { ServiceDatabase } from './engine/schema.ts';

type Readings = Pick<StatisticsRepository, 'expiring' | 'certificateOfIssuer' | 'expiringCertificates'>;

/** Certificates that are about to end. */
export function createExpiryReadings(database: ServiceDatabase): Readings {
  return {
    async expiring(now, until, platform) {
      const last = [...until].sort().at(-1) ?? now;
      const sums = until.map((instant, index) => {
        const name = sql.ref(`within_${index}`);
        return sql`sum(case when c.not_after < ${instant} then 1 else 0 end) as ${name}`;
      });
      const { rows } = await sql<Readonly<Record<string, number | string>>>`
        select c.issuer_key as issuer_key, ${sql.join(sums)} from certificates c
        where c.not_after >= ${now} and c.not_after < ${last} and c.state = 'active' and ${seenAt(platform)}
        group by c.issuer_key`.execute(database);
      return rows.map((row) => ({
        issuerKey: String(row.issuer_key),
        within: until.map((_instant, index) => Number(row[`within_${index}`])),
      }));
    },
    async certificateOfIssuer(issuerKey) {
      const row = await database
        .selectFrom('certificates')
        .select('der')
        .where('issuer_key', '=', issuerKey)
        .limit(1)
        .executeTakeFirst();
      return row?.der ?? null;
    },
    async expiringCertificates({ now, until, issuerKeys, companyId, platform, after, limit }) {
      if (issuerKeys?.length === 0) return [];
      const conditions = [
        sql<SqlBool>`c.not_after >= ${now} and c.not_after < ${until} and c.state = 'active'`,
        seenAt(platform),
        ...(issuerKeys === undefined ? [] : [sql<SqlBool>`c.issuer_key in (${sql.join([...issuerKeys])})`]),
        ...(companyId === undefined ? [] : [sql<SqlBool>`c.company_id = ${companyId}`]),
        ...(after === null
          ? []
          : [
              sql<SqlBool>`(c.not_after > ${after.notAfter} or (c.not_after = ${after.notAfter} and c.id > ${after.id}))`,
            ]),
      ];
      const { rows } = await sql<Row>`
        select c.id, c.company_id, o.name, o.credit_code, c.issuer, c.issuer_key, c.serial_number, c.subject, c.not_after,
          (select max(v.last_at) from statistics_visits v where v.certificate_digest = c.digest
            and ${platform === undefined ? sql`1 = 1` : sql`v.platform = ${platform}`}) as last_used,
          (select count(*) from certificates n where n.company_id = c.company_id and n.state = 'active'
            and n.not_after >= ${until}) as successors
        from certificates c left join companies o on o.id = c.company_id
        where ${sql.join(conditions, sql` and `)} order by c.not_after, c.id limit ${limit}`.execute(database);
      return rows.map((row) => ({
        ...{ id: row.id, companyId: row.company_id, companyName: row.name, creditCode: row.credit_code },
        ...{ issuer: row.issuer, issuerKey: row.issuer_key, serialNumber: row.serial_number, subject: row.subject },
        ...{ notAfter: row.not_after, lastUsedAt: row.last_used, successors: Number(row.successors) },
      }));
    },
  };
}

interface Row {
  readonly id: string;
  readonly company_id: string | null;
  readonly name: string | null;
  readonly credit_code: string | null;
  readonly issuer: string;
  readonly issuer_key: string;
  readonly serial_number: string;
  readonly subject: string;
  readonly not_after: string;
  readonly last_used: string | null;
  readonly successors: number | string;
}

function seenAt(platform: string | undefined): RawBuilder<SqlBool> {
  return platform === undefined
    ? sql<SqlBool>`1 = 1`
    : sql<SqlBool>`exists (select 1 from statistics_visits s where s.certificate_digest = c.digest and s.platform = ${platform})`;
}
