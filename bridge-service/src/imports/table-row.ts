import type { CodedReason } from '../services/ports/import-records.ts';

/** A row of a table, its cells as text. */
export interface TableRow {
  /** As people count them: the first is 1, and a header is one of them. */
  readonly number: number;
  readonly cells: readonly string[];
  /** Why it cannot be read. */
  readonly trouble?: CodedReason;
}
