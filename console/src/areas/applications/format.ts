import { language } from '../../words/language.ts';

/** Fen as money. */
export const money = (fen: number): string =>
  new Intl.NumberFormat(language.value, { style: 'currency', currency: 'CNY' }).format(fen / 100);
