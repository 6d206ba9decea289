import type { DialectSql } from './migration.ts';

/**
 * REPLACE deletes without firing a delete trigger unless recursive triggers are on, hence the check before the insert; it
 * also keeps the sequence without gaps and each entry tied to the hash before it.
 */
const guardAudit = [
  `create trigger audit_entries_refuse_update before update on audit_entries
   begin select raise(abort, 'audit_entries is append-only'); end`,
  `create trigger audit_entries_refuse_delete before delete on audit_entries
   begin select raise(abort, 'audit_entries is append-only'); end`,
  `create trigger audit_entries_continue_chain before insert on audit_entries
   when new.sequence <> (select coalesce(max(sequence), 0) + 1 from audit_entries)
     or new.previous_hash <> coalesce((select hash from audit_entries order by sequence desc limit 1), '${'0'.repeat(64)}')
   begin select raise(abort, 'audit_entries continues its chain'); end`,
];

export const sqliteSql: DialectSql = { bytes: 'blob', guardAudit };
