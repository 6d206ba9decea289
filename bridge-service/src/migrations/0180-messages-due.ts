import type { ServiceMigration } from './migration.ts';

/** What waits for one webhook is found without reading what it was told, or what waits for others. */
export const messagesDue: ServiceMigration = {
  name: '0180-messages-due',
  async up(database) {
    await database.schema
      .createIndex('platform_messages_due')
      .on('platform_messages')
      .columns(['webhook_id', 'state', 'id'])
      .execute();
  },
};
