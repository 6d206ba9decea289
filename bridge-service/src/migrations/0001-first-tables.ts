import { type Kysely, sql } from 'kysely';
import type { DialectSql, ServiceMigration } from './migration.ts';

export const firstTables: ServiceMigration = {
  name: '0001-first-tables',
  async up(database, dialect) {
    const { schema } = database;
    const text = sql.raw(dialect.text);
    const integer = sql.raw(dialect.integer);
    const bytes = sql.raw(dialect.bytes);
    await schema
      .createTable('callers')
      .addColumn('id', text, (column) => column.primaryKey())
      .addColumn('name', text, (column) => column.notNull())
      .addColumn('role', text, (column) => column.notNull())
      .addColumn('permissions', text, (column) => column.notNull())
      .addColumn('token_digest', text, (column) => column.notNull().unique())
      .addColumn('created_at', text, (column) => column.notNull())
      .addColumn('created_by', text, (column) => column.notNull())
      .addColumn('revoked_at', text)
      .execute();
    await schema
      .createTable('caller_origins')
      .addColumn('caller_id', text, (column) => column.notNull().references('callers.id'))
      .addColumn('origin', text, (column) => column.notNull())
      .addPrimaryKeyConstraint('caller_origins_key', ['caller_id', 'origin'])
      .execute();
    await schema
      .createTable('administrator_codes')
      .addColumn('id', text, (column) => column.primaryKey())
      .addColumn('code_digest', text, (column) => column.notNull())
      .addColumn('purpose', text, (column) => column.notNull())
      .addColumn('created_at', text, (column) => column.notNull())
      .addColumn('expires_at', text, (column) => column.notNull())
      .addColumn('used_at', text)
      .execute();
    await schema
      .createTable('challenges')
      .addColumn('id', text, (column) => column.primaryKey())
      .addColumn('challenge_digest', text, (column) => column.notNull().unique())
      .addColumn('caller_id', text, (column) => column.notNull().references('callers.id'))
      .addColumn('origin', text, (column) => column.notNull())
      .addColumn('created_at', text, (column) => column.notNull())
      .addColumn('expires_at', text, (column) => column.notNull())
      .addColumn('consumed_at', text)
      .execute();
    await schema.createIndex('challenges_by_expiry').on('challenges').column('expires_at').execute();
    await schema
      .createTable('logins')
      .addColumn('id', text, (column) => column.primaryKey())
      .addColumn('caller_id', text, (column) => column.notNull().references('callers.id'))
      .addColumn('origin', text, (column) => column.notNull())
      .addColumn('created_at', text, (column) => column.notNull())
      .addColumn('indication', text, (column) => column.notNull())
      .addColumn('certificate_digest', text, (column) => column.notNull())
      .addColumn('report', text, (column) => column.notNull())
      .addColumn('identity', text)
      .execute();
    await schema
      .createTable('cas')
      .addColumn('id', text, (column) => column.primaryKey())
      .addColumn('name', text, (column) => column.notNull())
      .addColumn('state', text, (column) => column.notNull())
      .addColumn('created_at', text, (column) => column.notNull())
      .addColumn('updated_at', text, (column) => column.notNull())
      .execute();
    await schema
      .createTable('ca_certificates')
      .addColumn('ca_id', text, (column) => column.notNull().references('cas.id'))
      .addColumn('position', integer, (column) => column.notNull())
      .addColumn('kind', text, (column) => column.notNull())
      .addColumn('der', bytes, (column) => column.notNull())
      .addColumn('digest', text, (column) => column.notNull())
      .addPrimaryKeyConstraint('ca_certificates_key', ['ca_id', 'position'])
      .execute();
    await schema
      .createTable('registry_state')
      .addColumn('name', text, (column) => column.primaryKey())
      .addColumn('version', integer, (column) => column.notNull())
      .execute();
    await database.insertInto('registry_state').values({ name: 'cas', version: 0 }).execute();
    await schema
      .createTable('audit_entries')
      .addColumn('sequence', integer, (column) => column.primaryKey())
      .addColumn('at', text, (column) => column.notNull())
      .addColumn('actor', text, (column) => column.notNull())
      .addColumn('role', text, (column) => column.notNull())
      .addColumn('action', text, (column) => column.notNull())
      .addColumn('target', text, (column) => column.notNull())
      .addColumn('outcome', text, (column) => column.notNull())
      .addColumn('reason', text, (column) => column.notNull())
      .addColumn('payload_digest', text, (column) => column.notNull())
      .addColumn('request_id', text, (column) => column.notNull())
      .addColumn('previous_hash', text, (column) => column.notNull())
      .addColumn('hash', text, (column) => column.notNull())
      .execute();
    await guardChain(database, dialect);
    await schema
      .createTable('audit_payloads')
      .addColumn('sequence', integer, (column) => column.primaryKey().references('audit_entries.sequence'))
      .addColumn('salt', text, (column) => column.notNull())
      .addColumn('payload', text, (column) => column.notNull())
      .addColumn('retain_until', text, (column) => column.notNull())
      .execute();
    await schema.createIndex('audit_payloads_by_expiry').on('audit_payloads').column('retain_until').execute();
    await schema
      .createTable('idempotent_answers')
      .addColumn('caller_id', text, (column) => column.notNull().references('callers.id'))
      .addColumn('key_digest', text, (column) => column.notNull())
      .addColumn('request_digest', text, (column) => column.notNull())
      .addColumn('answer', bytes, (column) => column.notNull())
      .addColumn('created_at', text, (column) => column.notNull())
      .addPrimaryKeyConstraint('idempotent_answers_key', ['caller_id', 'key_digest'])
      .execute();
    await schema.createIndex('idempotent_answers_by_age').on('idempotent_answers').column('created_at').execute();
  },
};

/**
 * Makes the table refuse every change but an append that continues the chain. REPLACE deletes without firing a delete trigger unless
 * recursive triggers are on, hence the check before the insert. On PostgreSQL this form of the log never held an entry: the next
 * migration takes its place.
 */
async function guardChain(database: Kysely<unknown>, { engine }: DialectSql): Promise<void> {
  if (engine !== 'sqlite') return;
  const statements = [
    `create trigger audit_entries_refuse_update before update on audit_entries
     begin select raise(abort, 'audit_entries is append-only'); end`,
    `create trigger audit_entries_refuse_delete before delete on audit_entries
     begin select raise(abort, 'audit_entries is append-only'); end`,
    `create trigger audit_entries_continue_chain before insert on audit_entries
     when new.sequence <> (select coalesce(max(sequence), 0) + 1 from audit_entries)
       or new.previous_hash <> coalesce((select hash from audit_entries order by sequence desc limit 1), '${'0'.repeat(64)}')
     begin select raise(abort, 'audit_entries continues its chain'); end`,
  ];
  for (const statement of statements) await sql.raw(statement).execute(database);
}
