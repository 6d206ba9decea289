import type { ErrorCode, ErrorParams } from '@onelock/core/errors';
import type { Role } from './records.ts';

export const importStates = [
  'receiving',
  'checking',
  'checked',
  'running',
  'paused',
  'done',
  'cancelled',
  'failed',
] as const;
/**
 * `receiving` its content, `checking` it without writing anything, `checked` and waiting to be started, `running`; `paused` goes on where
 * it stopped. The last three are ends.
 */
export type ImportState = (typeof importStates)[number];

/** What a column of a table may hold. */
export const importFields = ['certificate', 'creditCode', 'companyName', 'legalPerson', 'medium'] as const;
export type ImportField = (typeof importFields)[number];

/** What a row became. */
export const importFates = [
  'imported',
  'known',
  'company-added',
  'company-known',
  'conflict',
  'skipped',
  'ignored',
  'unreadable',
  'kept',
  'replaced',
] as const;
export type ImportFate = (typeof importFates)[number];

/** What of a row a person has to look at. */
export const importFindings = [
  'other-bytes',
  'other-company',
  'company-name',
  'code-differs',
  'code-invalid',
  'no-code',
  'unknown-ca',
  'signature-invalid',
  'expired',
  'not-yet-valid',
  'weak-key',
] as const;
export type ImportFinding = (typeof importFindings)[number];

/** Findings for which a person may decide beforehand, for all rows of an import. */
export const policyFindings = [
  'no-code',
  'code-invalid',
  'unknown-ca',
  'expired',
  'not-yet-valid',
  'weak-key',
] as const;
export type PolicyFinding = (typeof policyFindings)[number];
export type ImportPolicy = Readonly<Partial<Record<PolicyFinding, 'ask' | 'accept' | 'skip'>>>;

export const importDecisions = ['keep', 'replace', 'skip', 'assign', 'accept'] as const;
export type ImportDecision = (typeof importDecisions)[number];

/** How the content is to be read, and what is decided beforehand. */
export interface ImportSettings {
  readonly encoding: 'auto' | 'utf-8' | 'gb18030';
  readonly separator: 'auto' | ',' | ';' | '\t';
  /** Name of the sheet of a workbook; null: the first that is not hidden. */
  readonly sheet: string | null;
  /** Column by its number from 0 or by its header; null: known headers are looked for. */
  readonly columns: readonly { readonly field: ImportField; readonly column: number | string }[] | null;
  /** For rows that do not say theirs. */
  readonly medium: string | null;
  readonly policy: ImportPolicy;
}

export const defaultImportSettings: ImportSettings = {
  encoding: 'auto',
  separator: 'auto',
  sheet: null,
  columns: null,
  medium: null,
  policy: {},
};

export interface CodedReason {
  readonly code: ErrorCode;
  readonly params: ErrorParams;
}

/** A table that was found, as it is understood. */
export interface ImportTable {
  readonly place: string;
  readonly encoding: string;
  readonly headers: readonly string[];
  /** For each column what it is taken for. */
  readonly fields: readonly (ImportField | null)[];
  /** The first rows, each cell cut to 80 characters. */
  readonly samples: readonly (readonly string[])[];
}

export interface ImportProblem {
  readonly number: number;
  readonly place: string;
  readonly fate: ImportFate;
  readonly findings: readonly ImportFinding[];
  readonly reason: CodedReason | null;
}

export type FateCounts = Readonly<Partial<Record<ImportFate, number>>>;
export type FindingCounts = Readonly<Partial<Record<ImportFinding, number>>>;

/** What the import would do, found without doing it. */
export interface ImportPreview {
  readonly format: string;
  readonly rows: number;
  readonly counts: FateCounts;
  readonly findings: FindingCounts;
  /** Companies that are not registered yet. */
  readonly newCompanies: number;
  readonly tables: readonly ImportTable[];
  /** The first of each kind. */
  readonly problems: readonly ImportProblem[];
}

export interface ImportJob {
  readonly id: string;
  /** Of the file, for people. */
  readonly name: string;
  readonly size: number;
  /** SHA-256 that was announced, hex. */
  readonly digest: string;
  /** Bytes that have arrived. */
  readonly received: number;
  readonly state: ImportState;
  readonly settings: ImportSettings;
  /** Rows that are done, by a check or by the import itself. */
  readonly position: number;
  /** Rows there are, once checked. */
  readonly total: number | null;
  readonly counts: FateCounts;
  readonly newCompanies: number;
  readonly openConflicts: number;
  readonly preview: ImportPreview | null;
  readonly failure: CodedReason | null;
  readonly createdBy: string;
  readonly createdAt: string;
  /** Who answers for what it writes. */
  readonly starter: { readonly actor: string; readonly role: Role; readonly requestId: string } | null;
  readonly startedAt: string | null;
  readonly finishedAt: string | null;
  readonly updatedAt: string;
  /** The node that works on it, and until when nobody else may. */
  readonly lease: { readonly owner: string; readonly until: string } | null;
}

/** The fate of one row. */
export interface ImportRow {
  readonly number: number;
  /** Where it stood: file in an archive, sheet, line. A label; never a path. */
  readonly place: string;
  /** As the import left it; in the digest of its batch. */
  readonly fate: ImportFate;
  /** What a person's decision made of it. */
  readonly outcome: ImportFate | null;
  readonly findings: readonly ImportFinding[];
  readonly reason: CodedReason | null;
  readonly certificateDigest: string | null;
  readonly certificateId: string | null;
  readonly companyId: string | null;
  readonly creditCode: string | null;
  readonly companyName: string | null;
  readonly subject: string | null;
  readonly decision: ImportDecision | null;
  readonly decidedBy: string | null;
  readonly decidedAt: string | null;
}

/** What a decision needs of a row. */
export interface ConflictPayload {
  readonly creditCode: string | null;
  readonly companyName: string | null;
  readonly legalPerson: string | null;
  readonly medium: string | null;
  /** What stands in the way, where something does. */
  readonly registeredCertificate: string | null;
  readonly registeredCompany: string | null;
  readonly registeredName: string | null;
}

export interface ImportConflict {
  readonly number: number;
  readonly findings: readonly ImportFinding[];
  readonly payload: ConflictPayload;
  readonly der: Uint8Array | null;
}

/** Rows that were written together; their digest stands in the audit log. */
export interface ImportBatch {
  readonly first: number;
  readonly last: number;
  /** SM3 of the RFC 6962 tree over the rows, hex. */
  readonly rows: string;
}
