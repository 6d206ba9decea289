import { sql } from 'kysely';
import type { ServiceMigration } from './migration.ts';

/**
 * A log that declares that it lost its end goes on under another name (docs/adr/0036): the guard of its head lets the name change with the entry that says
 * so, and never otherwise.
 */
export const logGoesOn: ServiceMigration = {
  name: '0160-log-goes-on',
  async up(database, { engine }) {
    const declared = `exists (select 1 from audit_log where sequence > old.size and sequence <= new.size
      and action = 'audit.declare-restoration' and target like 'log ' || old.log || ' kept %' and target like '% next ' || new.log)`;
    const statements =
      engine === 'sqlite'
        ? [
            'drop trigger audit_head_grows',
            `create trigger audit_head_grows before update on audit_head
              when new.size <= old.size or (new.log <> old.log and not ${declared})
              begin select raise(abort, 'audit_head only grows'); end`,
          ]
        : [
            `create or replace function audit_head_grow() returns trigger language plpgsql as $$ begin
                if new.size <= old.size or (new.log <> old.log and not ${declared}) then
                  raise exception 'audit_head only grows';
                end if;
                return new;
              end $$`,
          ];
    for (const statement of statements) await sql.raw(statement).execute(database);
  },
};
