import { CodedError } from '@onelock/core/errors';

/** What reading an upload may cost. Nothing here depends on what the upload says of itself. */
export const readLimits = {
  /** Files in an archive. */
  archiveEntries: 300_000,
  /** Directory of an archive, in bytes: held in memory. */
  archiveDirectoryBytes: 96 * 1024 * 1024,
  /** Bytes that one upload may unpack to, all entries together. */
  unpackedBytes: 4 * 1024 ** 3,
  /** Unpacked over packed, of one entry; small ones are let off. Deflate itself ends at 1,032; certificates in text reach about 3. */
  unpackedRatio: 250,
  ratioFreeBytes: 4 * 1024 * 1024,
  /** A file that is held whole: DER, PKCS#7, one block of PEM. A chain list of 61,218 certificates in PKCS#7 has some 60 MB. */
  wholeFileBytes: 96 * 1024 * 1024,
  certificateBytes: 256 * 1024,
  /** A file of an archive that a row of a table names: a certificate, perhaps with those above it. */
  referencedFileBytes: 1024 * 1024,
  /** A record of a CSV file, an element or a text of a workbook. */
  recordBytes: 128 * 1024,
  /** Records that were opened by a quotation mark and never closed: each costs a look ahead. */
  openRecords: 100,
  columns: 256,
  xmlDepth: 64,
  sharedStrings: 5_000_000,
  sharedStringBytes: 1024 ** 3,
} as const;

export function overLimit(what: string, limit: number): CodedError {
  return new CodedError('ERR_IMPORT_LIMIT', { what, limit });
}

export function malformed(what: string, place: string, cause?: unknown): CodedError {
  return new CodedError('ERR_IMPORT_MALFORMED', { what, place }, { cause });
}

/** What is left of the bytes that an upload may unpack to. */
export class UnpackBudget {
  #left: number;
  constructor(bytes: number = readLimits.unpackedBytes) {
    this.#left = bytes;
  }

  /** @throws {CodedError} ERR_IMPORT_LIMIT */
  take(bytes: number): void {
    this.#left -= bytes;
    if (this.#left < 0) throw overLimit('unpacked bytes', readLimits.unpackedBytes);
  }
}
