import type {
  ImportBatch,
  ImportConflict,
  ImportFate,
  ImportFinding,
  ImportJob,
  ImportRow,
  ImportState,
} from './import-records.ts';
import type { Company, HistoryEntry, RegisteredCertificate } from './registry-records.ts';
import type { PageRequest } from './store.ts';

/** What is registered, as far as an import asks. */
export type KnownCertificate = Pick<
  RegisteredCertificate,
  'id' | 'digest' | 'issuerKey' | 'serialNumber' | 'companyId'
>;

export interface KnownCompany {
  readonly id: string;
  readonly creditCode: string;
  readonly name: string;
  /** With the names that it had. */
  readonly names: readonly string[];
}

export interface NewRecords {
  readonly companies: readonly Company[];
  readonly certificates: readonly RegisteredCertificate[];
  /** First versions. */
  readonly history: readonly Omit<HistoryEntry, 'version'>[];
}

export type ConflictWithRow = ImportRow & { readonly conflict: ImportConflict };

export interface ImportRepository {
  add(job: ImportJob): Promise<void>;
  update(job: ImportJob): Promise<void>;
  byId(id: string): Promise<ImportJob | null>;
  /** Newest first. */
  list(page: PageRequest<string>, state: ImportState | undefined): Promise<readonly ImportJob[]>;
  /** Those with work to do that no living node has, oldest first. */
  waiting(now: string): Promise<readonly string[]>;
  /** Takes every lease away: of a database that one process alone has, when it starts. */
  releaseAll(): Promise<void>;

  addPart(importId: string, offset: number, bytes: Uint8Array): Promise<void>;
  /** The part that begins there. */
  part(importId: string, offset: number): Promise<Uint8Array | null>;
  erase(importId: string): Promise<void>;
  /** Uploads that were begun before this instant and never came to their end. */
  abandoned(before: string): Promise<readonly string[]>;

  knownCertificates(
    digests: readonly string[],
    serials: ReadonlyMap<string, readonly string[]>,
  ): Promise<readonly KnownCertificate[]>;
  knownCompanies(creditCodes: readonly string[]): Promise<readonly KnownCompany[]>;
  /** Writes new records in bulk. What is there already is an error. */
  register(records: NewRecords): Promise<void>;
  addRows(
    importId: string,
    rows: readonly ImportRow[],
    conflicts: readonly ImportConflict[],
    batch: ImportBatch,
  ): Promise<void>;

  rows(importId: string, page: PageRequest<number>, fate: ImportFate | undefined): Promise<readonly ImportRow[]>;
  row(importId: string, number: number): Promise<ImportRow | null>;
  decided(importId: string, row: ImportRow): Promise<void>;
  conflicts(
    importId: string,
    page: PageRequest<number>,
    finding: ImportFinding | undefined,
  ): Promise<readonly ConflictWithRow[]>;
  conflict(importId: string, number: number): Promise<ImportConflict | null>;
  batches(importId: string, page: PageRequest<number>): Promise<readonly ImportBatch[]>;
}
