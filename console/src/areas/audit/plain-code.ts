import { codeText } from '../../words/codes.ts';

/** The sentence of a code of which the log kept no data: the clauses in which that would stand are left out. */
export function plainCode(code: string): string {
  const text = codeText(code)
    .replaceAll(/\s?[（(][^（()）]*—[^（()）]*[)）]/g, '')
    .replaceAll(/\s*[：:]\s*—/g, '');
  const clauses = text.split(/(?=[，；,;])/);
  const whole = clauses.filter((clause) => !clause.includes('—'));
  return (whole.length === 0 ? clauses : whole)
    .join('')
    .replace(/^[，；,;]\s*/, '')
    .replace(/[\s—]+$/, '')
    .replaceAll('—', '…');
}
