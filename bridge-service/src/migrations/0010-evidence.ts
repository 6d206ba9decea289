import { sql } from 'kysely';
import type { ServiceMigration } from './migration.ts';

export const evidenceTables: ServiceMigration = {
  name: '0010-evidence',
  async up(database, dialect) {
    const { schema } = database;
    const text = sql.raw(dialect.text);
    const integer = sql.raw(dialect.integer);
    const bytes = sql.raw(dialect.bytes);
    await schema
      .createTable('ca_sources')
      .addColumn('ca_id', text, (column) => column.primaryKey().references('cas.id'))
      .addColumn('sources', text, (column) => column.notNull())
      .addColumn('updated_at', text, (column) => column.notNull())
      .execute();
    await schema
      .createTable('source_states')
      .addColumn('source', text, (column) => column.primaryKey())
      .addColumn('kind', text, (column) => column.notNull())
      .addColumn('url', text, (column) => column.notNull())
      .addColumn('failures', integer, (column) => column.notNull())
      .addColumn('last_attempt_at', text)
      .addColumn('last_success_at', text)
      .addColumn('next_attempt_at', text, (column) => column.notNull())
      .addColumn('last_error', text)
      .execute();
    await schema
      .createTable('evidence_lists')
      .addColumn('source', text, (column) => column.primaryKey())
      .addColumn('url', text, (column) => column.notNull())
      .addColumn('digest', text, (column) => column.notNull())
      .addColumn('size', integer, (column) => column.notNull())
      .addColumn('issuer', text, (column) => column.notNull())
      .addColumn('signer', text, (column) => column.notNull())
      .addColumn('crl_number', text)
      .addColumn('base_number', text)
      .addColumn('this_update', text, (column) => column.notNull())
      .addColumn('next_update', text)
      .addColumn('entries', integer, (column) => column.notNull())
      .addColumn('etag', text)
      .addColumn('last_modified', text)
      .addColumn('fetched_at', text, (column) => column.notNull())
      .addColumn('refresh_at', text, (column) => column.notNull())
      .execute();
    await schema
      .createTable('evidence_parts')
      .addColumn('digest', text, (column) => column.notNull())
      .addColumn('part', integer, (column) => column.notNull())
      .addColumn('bytes', bytes, (column) => column.notNull())
      .addPrimaryKeyConstraint('evidence_parts_key', ['digest', 'part'])
      .execute();
    await schema
      .createTable('evidence_blobs')
      .addColumn('digest', text, (column) => column.primaryKey())
      .addColumn('kind', text, (column) => column.notNull())
      .addColumn('size', integer, (column) => column.notNull())
      .addColumn('first_seen_at', text, (column) => column.notNull())
      .addColumn('retain_until', text, (column) => column.notNull())
      .execute();
    await schema.createIndex('evidence_blobs_by_expiry').on('evidence_blobs').column('retain_until').execute();
    await schema
      .createTable('ocsp_responses')
      .addColumn('certificate', text, (column) => column.primaryKey())
      .addColumn('url', text, (column) => column.notNull())
      .addColumn('response', bytes, (column) => column.notNull())
      .addColumn('this_update', text, (column) => column.notNull())
      .addColumn('next_update', text)
      .addColumn('fetched_at', text, (column) => column.notNull())
      .addColumn('refresh_at', text, (column) => column.notNull())
      .execute();
    await schema.createIndex('ocsp_responses_by_age').on('ocsp_responses').column('fetched_at').execute();
    await schema
      .createTable('tsa_state')
      .addColumn('name', text, (column) => column.primaryKey())
      .addColumn('serial', integer, (column) => column.notNull())
      .addColumn('last_time', integer, (column) => column.notNull())
      .execute();
    await database.insertInto('tsa_state').values({ name: 'tsa', serial: 0, last_time: 0 }).execute();
  },
};
