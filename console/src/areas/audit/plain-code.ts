import { codeText } from '../../words/codes.ts';

/** The sentence of a code of which the log kept no data: places where they would stand are left out. */
export const plainCode = (code: string): string =>
  codeText(code)
    .replaceAll(/\s?[（(]—[)）]/g, '')
    .replaceAll(/\s?[：:]\s?—/g, '');
