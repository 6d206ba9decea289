import type { Kysely } from 'kysely';

/** The engines a migration is written for. The set of migrations is one; where SQL differs, `DialectSql` says how. */
export type DatabaseEngine = 'sqlite';

/** What differs between engines in schema statements. PostgreSQL becomes a second value of this type. */
export interface DialectSql {
  /** Column type for bytes. */
  readonly bytes: 'blob' | 'bytea';
  /** Statements that make the audit table refuse every change but an append that continues the chain. */
  readonly guardAudit: readonly string[];
}

/** One step. Forward only: a mistake is repaired by the next number. */
export interface ServiceMigration {
  readonly name: string;
  // biome-ignore lint/suspicious/noExplicitAny: a migration speaks of tables as they were then, not as they are typed now
  up(database: Kysely<any>, dialect: DialectSql): Promise<void>;
}
