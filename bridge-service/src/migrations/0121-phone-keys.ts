import type { ServiceMigration } from './migration.ts';

/** A key is one phone's: whoever has a copy of it registers no other PIN for it. */
export const phoneKeys: ServiceMigration = {
  name: '0121-phone-keys',
  async up(database) {
    await database.schema
      .createIndex('phones_by_public_key_digest')
      .on('phones')
      .column('public_key_digest')
      .unique()
      .execute();
  },
};
