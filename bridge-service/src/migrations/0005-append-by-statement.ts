import { sql } from 'kysely';
import type { ServiceMigration } from './migration.ts';

/**
 * On PostgreSQL, where many entries come in one statement, they are checked together: that they follow each other, and the last one before them. For
 * each row alone the check cost as much as the row. On SQLite a statement brings a few, and the check of 0002 stays.
 */
export const appendByStatement: ServiceMigration = {
  name: '0005-append-by-statement',
  async up(database, { engine }) {
    if (engine !== 'postgres') return;
    for (const statement of [
      'drop trigger audit_log_append_only on audit_log',
      `create or replace function audit_log_append() returns trigger language plpgsql as $$
        declare lowest bigint; highest bigint; many bigint;
        begin
          select min(sequence), max(sequence), count(*) into lowest, highest, many from added;
          if many > 0 and (highest - lowest + 1 <> many
              or lowest <> (select coalesce(max(sequence), 0) + 1 from audit_log where sequence < lowest)
              or highest <> (select max(sequence) from audit_log)) then
            raise exception 'audit_log is append-only';
          end if;
          return null;
        end $$`,
      `create trigger audit_log_append_only after insert on audit_log referencing new table as added
        for each statement execute function audit_log_append()`,
    ])
      await sql.raw(statement).execute(database);
  },
};
