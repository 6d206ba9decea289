import { CompiledQuery, type Selectable, sql } from 'kysely';
import type { RegisteredCertificate } from '../services/ports/registry-records.ts';
import type { CertificateRepository } from '../services/ports/registry-store.ts';
import { askedTogether } from './engine/asked-together.ts';
import { compiledOnce, rowsOf } from './engine/compiled-once.ts';
import { engineOf } from './engine/engine-of.ts';
import { postgresArray } from './engine/postgres-array.ts';
import type { ServiceDatabase, Tables } from './engine/schema.ts';

type Row = Selectable<Tables['certificates']>;

export const certificateColumns = [
  ...(['id', 'digest', 'issuer_key', 'serial_number', 'company_id', 'subject', 'issuer', 'not_before'] as const),
  ...(['not_after', 'key_digest', 'usage', 'medium', 'state', 'proven_at', 'proof', 'source', 'der'] as const),
  ...(['created_at', 'updated_at', 'version'] as const),
];

const ofDigest = compiledOnce((database) =>
  database.selectFrom('certificates').select(certificateColumns).where('digest', '=', ''),
);

/** As `byDigest`, for log-ins that ask at once: on PostgreSQL they share a question. Not for use in a transaction. */
export function sharedByDigest(database: ServiceDatabase): CertificateRepository['byDigest'] {
  if (engineOf(database) === 'sqlite') return createCertificateRepository(database).byDigest;
  const together = askedTogether(async (digests) => {
    const text = `select ${certificateColumns} from certificates where digest = any($1::text[])`;
    const { rows } = await database.executeQuery<Row>(CompiledQuery.raw(text, [postgresArray('text', digests)]));
    return new Map(rows.map((row) => [row.digest, toCertificate(row)]));
  });
  return async (digest) => (await together(digest)) ?? null;
}

export function createCertificateRepository(database: ServiceDatabase): CertificateRepository {
  const all = () => database.selectFrom('certificates').selectAll();
  const one = (row: Row | undefined): RegisteredCertificate | null => (row === undefined ? null : toCertificate(row));
  return {
    async add(certificate) {
      await database.insertInto('certificates').values(certificateRow(certificate)).execute();
    },
    async update(certificate) {
      const { id, ...row } = certificateRow(certificate);
      await database.updateTable('certificates').set(row).where('id', '=', id).execute();
    },
    byId: async (id) => one(await all().where('id', '=', id).executeTakeFirst()),
    byDigest: async (digest) => one((await rowsOf(database, ofDigest(database, [digest])))[0]),
    async byIssuerAndSerial(issuerKey, serialNumber) {
      return one(
        await all().where('issuer_key', '=', issuerKey).where('serial_number', '=', serialNumber).executeTakeFirst(),
      );
    },
    async list({ after, limit }, filter) {
      let query = all().orderBy('id').limit(limit);
      if (after !== null) query = query.where('id', '>', after);
      if (filter.companyId !== undefined) query = query.where('company_id', '=', filter.companyId);
      if (filter.digest !== undefined) query = query.where('digest', '=', filter.digest);
      if (filter.serialNumber !== undefined) query = query.where('serial_number', '=', filter.serialNumber);
      if (filter.keyDigest !== undefined) query = query.where('key_digest', '=', filter.keyDigest);
      if (filter.state !== undefined) query = query.where('state', '=', filter.state);
      if (filter.expiresBefore !== undefined) query = query.where('not_after', '<', filter.expiresBefore);
      if (filter.issuerKeys !== undefined) query = query.where('issuer_key', 'in', [...filter.issuerKeys]);
      return (await query.execute()).map(toCertificate);
    },
    async prove(digest, proof, at) {
      const { numUpdatedRows } = await database
        .updateTable('certificates')
        .set((builder) => ({ proven_at: at, proof, updated_at: at, version: builder('version', '+', 1) }))
        .where('digest', '=', digest)
        .where('proven_at', 'is', null)
        .executeTakeFirst();
      return numUpdatedRows === 1n;
    },
    async reach(issuerKeys, now) {
      if (issuerKeys.length === 0) return { certificates: 0, companies: 0, companiesWithoutOther: 0, platforms: 0 };
      const keys = sql.join(issuerKeys.map((key) => sql`${key}`));
      const live = sql`c.state = 'active' and c.not_after >= ${now}`;
      const { rows } = await sql<Record<'certificates' | 'companies' | 'alone' | 'platforms', number>>`
        select count(*) as certificates,
          count(distinct c.company_id) as companies,
          (select count(distinct c.company_id) from certificates c
            where c.issuer_key in (${keys}) and ${live} and c.company_id is not null and not exists (
              select 1 from certificates o where o.company_id = c.company_id and o.issuer_key not in (${keys})
                and o.state = 'active' and o.not_after >= ${now})) as alone,
          (select count(distinct l.caller_id) from logins l join certificates c on c.digest = l.certificate_digest
            where c.issuer_key in (${keys})) as platforms
        from certificates c where c.issuer_key in (${keys}) and ${live}`.execute(database);
      const [row] = rows;
      return {
        certificates: Number(row?.certificates ?? 0),
        companies: Number(row?.companies ?? 0),
        companiesWithoutOther: Number(row?.alone ?? 0),
        platforms: Number(row?.platforms ?? 0),
      };
    },
  };
}

export function certificateRow(certificate: RegisteredCertificate): Row {
  return {
    id: certificate.id,
    digest: certificate.digest,
    issuer_key: certificate.issuerKey,
    serial_number: certificate.serialNumber,
    company_id: certificate.companyId,
    subject: certificate.subject,
    issuer: certificate.issuer,
    not_before: certificate.notBefore,
    not_after: certificate.notAfter,
    key_digest: certificate.keyDigest,
    usage: certificate.usage,
    medium: certificate.medium,
    state: certificate.state,
    proven_at: certificate.provenAt,
    proof: certificate.proof,
    source: certificate.source,
    der: certificate.der,
    created_at: certificate.createdAt,
    updated_at: certificate.updatedAt,
    version: certificate.version,
  };
}

export function toCertificate(row: Row): RegisteredCertificate {
  return {
    id: row.id,
    digest: row.digest,
    issuerKey: row.issuer_key,
    serialNumber: row.serial_number,
    companyId: row.company_id,
    subject: row.subject,
    issuer: row.issuer,
    notBefore: row.not_before,
    notAfter: row.not_after,
    keyDigest: row.key_digest,
    usage: row.usage as RegisteredCertificate['usage'],
    medium: row.medium,
    state: row.state as RegisteredCertificate['state'],
    provenAt: row.proven_at,
    proof: row.proof,
    source: row.source,
    der: row.der,
    createdAt: row.created_at,
    updatedAt: row.updated_at,
    version: row.version,
  };
}
