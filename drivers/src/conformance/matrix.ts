import type { Locale } from '@onelock/core/messages';
import { conformanceCases } from './cases/index.ts';
import type { CaseReport } from './conformance-case.ts';
import { says, type TwoWords } from './words.ts';

/** One column: a family as it was tried, or why it could not be. */
export type MatrixColumn = { readonly title: TwoWords } & (
  | { readonly cases: readonly CaseReport[] }
  | { readonly missing: TwoWords }
);

const words = {
  case: says('用例', 'case'),
  missing: says('未测', 'not tried'),
  reasons: says('不支持的原因', 'why unsupported'),
  failures: says('未通过', 'FAILED'),
  clause: says('依据', 'clause'),
  notes: says('说明', 'notes'),
  colon: says('：', ': '),
} as const;

const mark = { passed: '✓', unsupported: '–', failed: '✗' } as const;

/** Case × family in Markdown, with a numbered reason for every cell that is not passed. */
export function showMatrix(columns: readonly MatrixColumn[], locale: Locale): string {
  const reasons: string[] = [];
  const numberOf = (reason: string): number => {
    const at = reasons.indexOf(reason);
    return at >= 0 ? at + 1 : reasons.push(reason);
  };
  const cell = (column: MatrixColumn, id: string): string => {
    if ('missing' in column) return '';
    const report = column.cases.find((each) => each.id === id);
    if (report === undefined) return '';
    if (report.outcome === 'passed') return mark.passed;
    if (report.outcome === 'unsupported') return `${mark.unsupported} ${numberOf(report.reason[locale])}`;
    const { found, code, native } = report.problem;
    const what = [found[locale], code, native, `${words.clause[locale]} ${report.clause}`].filter(Boolean).join('; ');
    return `${mark.failed} ${numberOf(`${words.failures[locale]}${words.colon[locale]}${what}`)}`;
  };
  const rows = conformanceCases.map(({ id, title }) => [title[locale], ...columns.map((column) => cell(column, id))]);
  const head = [words.case[locale], ...columns.map(({ title }) => title[locale])];
  const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |\n`;
  const missing = columns.flatMap((column) =>
    'missing' in column
      ? [`- ${column.title[locale]} ${words.missing[locale]}${words.colon[locale]}${column.missing[locale]}\n`]
      : [],
  );
  return [
    line(head),
    line(head.map(() => '---')),
    ...rows.map(line),
    '\n',
    ...reasons.map((reason, index) => `${index + 1}. ${reason}\n`),
    ...(missing.length > 0 ? ['\n', ...missing] : []),
    ...notesOf(columns, locale),
  ].join('');
}

function notesOf(columns: readonly MatrixColumn[], locale: Locale): readonly string[] {
  const notes = columns.flatMap((column) =>
    'missing' in column
      ? []
      : column.cases.flatMap(({ title, notes: all }) =>
          all.map((note) => `- ${column.title[locale]} · ${title[locale]} → ${note[locale]}\n`),
        ),
  );
  return notes.length === 0 ? [] : [`\n${words.notes[locale]}\n\n`, ...notes];
}
