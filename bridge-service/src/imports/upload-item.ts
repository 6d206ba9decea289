import type { CodedReason, ImportTable } from '../services/ports/import-records.ts';

/** What a row says beside the certificate. */
export interface Said {
  readonly creditCode?: string;
  readonly companyName?: string;
  readonly legalPerson?: string;
  readonly medium?: string;
}

/** One thing of an upload that has a fate: a certificate, a company, or something that is neither. */
export interface UploadItem {
  /** Where it stood, for people. */
  readonly place: string;
  readonly der?: Uint8Array;
  readonly said: Said;
  /** Why it cannot be read. */
  readonly trouble?: CodedReason;
  /** It has nothing to do with an import: a picture in an archive. */
  readonly ignored?: boolean;
}

export interface ReadingNotes {
  format(name: string): void;
  table(table: ImportTable): void;
}
