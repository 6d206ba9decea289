import { sql } from 'kysely';
import type { ServiceMigration } from './migration.ts';

/** How CAs take applications, and the applications with every step they took. */
export const applications: ServiceMigration = {
  name: '0100-applications',
  async up(database, dialect) {
    const text = sql.raw(dialect.text);
    const bytes = sql.raw(dialect.bytes);
    const integer = sql.raw(dialect.integer);
    await database.schema
      .createTable('ca_enrolments')
      .addColumn('ca_id', text, (column) => column.primaryKey())
      .addColumn('enrolment', text, (column) => column.notNull())
      .addColumn('updated_at', text, (column) => column.notNull())
      .execute();
    const required = ['kind', 'state', 'ca_id', 'product', 'credit_code', 'subject', 'applicant', 'chain'];
    const optional = [
      'platform_id',
      'key_digest',
      'company_id',
      'renews',
      'request_key_digest',
      'envelope_kind',
      'reason',
    ];
    const contents = ['request', 'proof', 'signing_certificate', 'encryption_certificate', 'envelope'];
    let table = database.schema.createTable('applications').addColumn('id', text, (column) => column.primaryKey());
    for (const name of [...required, 'created_at', 'updated_at'])
      table = table.addColumn(name, text, (column) => column.notNull());
    for (const name of [...optional, 'next_attempt_at', 'submitted_at', 'issued_at', 'installed_at'])
      table = table.addColumn(name, text);
    for (const name of contents) table = table.addColumn(name, bytes);
    for (const name of ['attempts', 'version']) table = table.addColumn(name, integer, (column) => column.notNull());
    await table.execute();
    const indexes = [
      ['applications_by_platform', ['platform_id', 'id']],
      ['applications_by_key', ['request_key_digest']],
      ['applications_by_next_attempt', ['next_attempt_at']],
      ['applications_by_ca', ['ca_id', 'submitted_at']],
      ['applications_by_credit_code', ['credit_code', 'id']],
    ] as const;
    for (const [name, columns] of indexes)
      await database.schema
        .createIndex(name)
        .on('applications')
        .columns([...columns])
        .execute();
    await database.schema
      .createTable('application_steps')
      .addColumn('application_id', text, (column) => column.notNull())
      .addColumn('position', integer, (column) => column.notNull())
      .addColumn('at', text, (column) => column.notNull())
      .addColumn('state', text, (column) => column.notNull())
      .addColumn('reason', text)
      .addPrimaryKeyConstraint('application_steps_key', ['application_id', 'position'])
      .execute();
  },
};
