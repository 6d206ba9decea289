import type { Kysely } from 'kysely';

/** The engines a migration is written for. The set of migrations is one; where SQL differs, `DialectSql` says how. */
export type DatabaseEngine = 'sqlite' | 'postgres';

/** What differs between engines in schema statements. */
export interface DialectSql {
  readonly engine: DatabaseEngine;
  /** Column type for text. Compared byte by byte on both, so that instants and ids sort alike whatever the server's locale. */
  readonly text: 'text' | 'text collate "C"';
  /** Column type for bytes. */
  readonly bytes: 'blob' | 'bytea';
  /** Column type for whole numbers up to 2^53; as a primary key it is SQLite's own row number. */
  readonly integer: 'integer' | 'bigint';
}

/** One step. Forward only: a mistake is repaired by the next number. */
export interface ServiceMigration {
  readonly name: string;
  // biome-ignore lint/suspicious/noExplicitAny: a migration speaks of tables as they were then, not as they are typed now
  up(database: Kysely<any>, dialect: DialectSql): Promise<void>;
}

export const dialects: Readonly<Record<DatabaseEngine, DialectSql>> = {
  sqlite: { engine: 'sqlite', text: 'text', bytes: 'blob', integer: 'integer' },
  postgres: { engine: 'postgres', text: 'text collate "C"', bytes: 'bytea', integer: 'bigint' },
};
