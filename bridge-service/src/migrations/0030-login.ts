import { sql } from 'kysely';
import type { ServiceMigration } from './migration.ts';

/** OpenID Connect: the clients that administrators registered, the keys that sign, and what is under way. */
export const login: ServiceMigration = {
  name: '0030-login',
  async up(database, dialect) {
    const text = sql.raw(dialect.text);
    await database.schema
      .createTable('oidc_clients')
      .addColumn('id', text, (column) => column.primaryKey())
      .addColumn('platform_id', text, (column) => column.notNull())
      .addColumn('name', text, (column) => column.notNull())
      .addColumn('secret_digest', text)
      .addColumn('redirect_uris', text, (column) => column.notNull())
      .addColumn('post_logout_redirect_uris', text, (column) => column.notNull())
      .addColumn('backchannel_logout_uri', text)
      .addColumn('created_at', text, (column) => column.notNull())
      .addColumn('created_by', text, (column) => column.notNull())
      .addColumn('revoked_at', text)
      .execute();
    await database.schema
      .createTable('oidc_keys')
      .addColumn('id', text, (column) => column.primaryKey())
      .addColumn('sealed', text, (column) => column.notNull())
      .addColumn('created_at', text, (column) => column.notNull())
      .execute();
    await database.schema
      .createTable('oidc_records')
      .addColumn('model', text, (column) => column.notNull())
      .addColumn('id_digest', text, (column) => column.notNull())
      .addColumn('sealed', text, (column) => column.notNull())
      .addColumn('grant_digest', text)
      .addColumn('uid_digest', text)
      .addColumn('consumed_at', text)
      .addColumn('expires_at', text)
      .addPrimaryKeyConstraint('oidc_records_key', ['model', 'id_digest'] as never[])
      .execute();
    for (const column of ['grant_digest', 'uid_digest', 'expires_at'])
      await database.schema.createIndex(`oidc_records_by_${column}`).on('oidc_records').column(column).execute();
  },
};
