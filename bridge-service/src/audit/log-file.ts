import { createReadStream } from 'node:fs';
import type { AuditEntryView } from '../services/list-audit.ts';
import type { AuditDetails, AuditEntry } from '../services/ports/records.ts';
import type { AuditEntryWithDetails } from '../services/ports/store.ts';

/** More than a line has: what was judged comes in a body of some megabytes at most. */
const longestLine = 64 * 1024 * 1024;

/** How each line of an exported log begins. */
const lineBegin = '{"sequence":';

/** Whether a text may be the beginning of an exported log. */
export const looksLikeLog = (text: string): boolean => text.startsWith(lineBegin);

const textFields = [
  ...(['at', 'actor', 'role', 'action', 'target', 'outcome', 'reason', 'requestId'] as const),
  ...(['detailsSm3', 'detailsSha256', 'retainUntil'] as const),
];

/**
 * Entries of a log that was exported: NDJSON, each line one entry as `GET /v1/audit` gives it (the console's export too). A line is taken only
 * in the one form that JSON.stringify gives it, so that a byte changed anywhere is seen.
 *
 * @returns null for a line that is none; after it nothing follows
 */
export async function* readLogFile(file: string): AsyncGenerator<AuditEntryWithDetails | null> {
  for await (const line of linesOf(file)) {
    const entry = line === null ? null : readLine(line);
    yield entry;
    if (entry === null) return;
  }
}

/** Lines of UTF-8 text; null in place of one that is too long. What stands after the last line feed is a line too. */
async function* linesOf(file: string): AsyncGenerator<string | null> {
  let rest = '';
  for await (const chunk of createReadStream(file, 'utf8') as AsyncIterable<string>) {
    const [first = '', ...more] = chunk.split('\n');
    rest += first;
    for (const next of more) {
      yield rest;
      rest = next;
    }
    if (rest.length > longestLine) {
      yield null;
      return;
    }
  }
  if (rest !== '') yield rest;
}

function readLine(line: string): AuditEntryWithDetails | null {
  const value = parse(line);
  if (typeof value !== 'object' || value === null || !looksLikeLog(line)) return null;
  const view = value as AuditEntryView;
  const { details, detailsSalt, ...entry } = view;
  if (!Number.isSafeInteger(entry.sequence) || textFields.some((name) => typeof entry[name] !== 'string')) return null;
  const beside = readDetails(details, detailsSalt);
  if (beside === undefined) return null;
  const whole = { sequence: entry.sequence, ...fieldsOf(entry), details, detailsSalt };
  return JSON.stringify(whole) === line ? { ...entry, details: beside } : null;
}

const fieldsOf = (entry: AuditEntry): object => Object.fromEntries(textFields.map((name) => [name, entry[name]]));

function readDetails(details: unknown, salt: unknown): AuditDetails | null | undefined {
  if (details === null && salt === null) return null;
  if (typeof details !== 'object' || details === null || typeof salt !== 'string') return undefined;
  return { salt, details: JSON.stringify(details) };
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}
