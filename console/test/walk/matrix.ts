import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';

export type WalkLanguage = 'zh-CN' | 'en';

/** What was seen of one page or dialog, or done on it, in one language, by keyboard alone. */
export interface Seen {
  readonly area: string;
  readonly what: string;
  readonly kind: 'page' | 'dialog' | 'act';
  readonly language: WalkLanguage;
  /** Controls that the Tab key has to reach, and reached. */
  readonly stops: number;
  readonly problems: readonly string[];
}

/** Writes the matrix of pages, dialogs and acts × languages beside the record of the long test. */
export function writeMatrix(
  folder: string,
  seen: readonly Seen[],
  notes: Readonly<Record<string, string | number>>,
): void {
  mkdirSync(folder, { recursive: true });
  const rows = [
    ...new Map(seen.map(({ area, what, kind }) => [`${area} ${kind} ${what}`, { area, what, kind }])).values(),
  ];
  const cell = (row: (typeof rows)[number], language: WalkLanguage): string => {
    const one = seen.find(
      (entry) =>
        entry.area === row.area && entry.what === row.what && entry.kind === row.kind && entry.language === language,
    );
    if (one === undefined) return '—';
    return one.problems.length > 0
      ? `FAILED (${one.problems.length})`
      : one.kind === 'act'
        ? 'done'
        : `${one.stops} stops`;
  };
  const counted = (kind: Seen['kind']): number => rows.filter((row) => row.kind === kind).length;
  const failed = seen.filter(({ problems }) => problems.length > 0);
  const totals = {
    ...notes,
    ...{ pages: counted('page'), dialogs: counted('dialog'), acts: counted('act') },
    ...{ looks: seen.length, failed: failed.length },
  };
  writeFileSync(
    path.join(folder, 'console-matrix.json'),
    `${JSON.stringify({ ...totals, rows: rows.map((row) => ({ ...row, 'zh-CN': cell(row, 'zh-CN'), en: cell(row, 'en') })), problems: failed }, null, 2)}\n`,
  );
  const lines = [
    '# 控制台逐页走查 / The console, walked page by page',
    '',
    Object.entries(totals)
      .map(([name, value]) => `${name} ${value}`)
      .join(' · '),
    '',
    'Everything by keyboard alone (the page saw no pointer). "n stops": the Tab key reached each of n controls, each with a visible focus; every',
    'control has a name, tables have one and heads with a scope, texts are in the page’s language and 4.5:1 against their ground in light and dark, nothing\nsticks out sideways at 1280, 1366 and 1440 px, the page fits 683 (1366 at 200 %) and 390 px, dialogs keep the focus and give it back.',
    '',
    '| area | | what | zh-CN | en |',
    '| --- | --- | --- | --- | --- |',
    ...rows.map((row) => `| ${row.area} | ${row.kind} | ${row.what} | ${cell(row, 'zh-CN')} | ${cell(row, 'en')} |`),
    '',
  ];
  writeFileSync(path.join(folder, 'console-matrix.md'), lines.join('\n'));
}
