import { describeError, type Locale } from '@onelock/core/messages';
import type { ImportRow } from '../ports/import-records.ts';
import type { Ports } from '../ports/ports.ts';
import { importView, requireJob } from './job.ts';
import { importWords } from './words.ts';

const page = 1_000;

type ReportPorts = Pick<Ports, 'store'>;

/** The fate of each row as a spreadsheet program opens it: CSV with a byte order mark, no cell of which is taken for a formula. */
export async function* csvReport({ store }: ReportPorts, id: string, locale: Locale): AsyncGenerator<string> {
  const words = importWords[locale];
  yield `\ufeff${csvLine(words.columns)}`;
  for await (const rows of allRows(store.imports, id))
    yield rows
      .map((row) =>
        csvLine([
          ...[String(row.number), row.place, words.fates[row.outcome ?? row.fate]],
          row.findings.map((finding) => words.findings[finding]).join('；'),
          row.reason === null ? '' : describeError(row.reason.code, row.reason.params, locale),
          ...[row.companyName ?? '', row.creditCode ?? '', row.subject ?? '', row.certificateDigest ?? ''],
          ...[row.certificateId ?? '', row.companyId ?? ''],
          ...[row.decision === null ? '' : words.decisions[row.decision], row.decidedBy ?? '', row.decidedAt ?? ''],
        ]),
      )
      .join('');
}

/** The same for programs, with the digests of the batches that stand in the audit log. One JSON object, written as it is read. */
export async function* jsonReport({ store }: ReportPorts, id: string): AsyncGenerator<string> {
  yield `{"import":${JSON.stringify(importView(await requireJob(store, id)))},"batches":[`;
  let separator = '';
  let after: number | null = null;
  for (;;) {
    const batches = await store.imports.batches(id, { after, limit: page });
    if (batches.length > 0) yield separator + batches.map((batch) => JSON.stringify(batch)).join(',\n');
    separator = ',\n';
    after = batches.at(-1)?.first ?? null;
    if (batches.length < page) break;
  }
  yield '],"rows":[\n';
  separator = '';
  for await (const rows of allRows(store.imports, id)) {
    yield separator + rows.map((row) => JSON.stringify(row)).join(',\n');
    separator = ',\n';
  }
  yield ']}\n';
}

async function* allRows(imports: ReportPorts['store']['imports'], id: string): AsyncGenerator<readonly ImportRow[]> {
  let after: number | null = null;
  for (;;) {
    const rows: readonly ImportRow[] = await imports.rows(id, { after, limit: page }, undefined);
    if (rows.length > 0) yield rows;
    after = rows.at(-1)?.number ?? null;
    if (rows.length < page) return;
  }
}

/** RFC 4180. What a spreadsheet program would take for a formula is text by the apostrophe in front. */
export function csvLine(cells: readonly string[]): string {
  return `${cells
    .map((cell) => {
      const safe = /^[\s'"]*[=+\-@\t\r|%＝＋－＠]/.test(cell) ? `'${cell}` : cell;
      return /[",\r\n;\t]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
    })
    .join(',')}\r\n`;
}
