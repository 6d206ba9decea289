import { sql } from 'kysely';
import type { ServiceMigration } from './migration.ts';

/**
 * SQLite's REPLACE deletes without firing a delete trigger: nodes and checkpoints refuse an insert in the place of another one, as entries and details do
 * since 0002. A checkpoint that is there already stays; two nodes may come to the same.
 */
export const replaceGuards: ServiceMigration = {
  name: '0163-replace-guards',
  async up(database, { engine }) {
    if (engine !== 'sqlite') return;
    const statements = [
      `create trigger audit_nodes_append_only before insert on audit_nodes
        when exists (select 1 from audit_nodes where level = new.level and position = new.position)
        begin select raise(abort, 'audit_nodes is append-only'); end`,
      `create trigger audit_checkpoints_append_only before insert on audit_checkpoints
        when exists (select 1 from audit_checkpoints where size = new.size)
        begin select raise(ignore); end`,
    ];
    for (const statement of statements) await sql.raw(statement).execute(database);
  },
};
