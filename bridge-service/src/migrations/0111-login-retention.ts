import type { ServiceMigration } from './migration.ts';

/** Log-ins name people and end with their retention: by their time they are found without reading all. */
export const loginRetention: ServiceMigration = {
  name: '0111-login-retention',
  async up(database) {
    await database.schema.createIndex('logins_by_time').on('logins').column('created_at').execute();
  },
};
