import { creditCodeCheckDigitValid, normaliseCreditCode } from '@onelock/core/identity';

export type CodeCheck =
  | { readonly kind: 'empty' | 'good' | 'bad' | 'long' | 'shape' }
  | { readonly kind: 'short'; readonly missing: number };

const length = 18;

/** What can be said of a unified social credit code while it is being typed. */
export function checkCode(typed: string): CodeCheck {
  const plain = typed.replaceAll(/[\s-]/g, '').toUpperCase();
  if (plain === '') return { kind: 'empty' };
  if (!/^[0-9A-HJ-NPQRTUWXY]*$/.test(plain)) return { kind: 'shape' };
  if (plain.length < length) return { kind: 'short', missing: length - plain.length };
  if (plain.length > length) return { kind: 'long' };
  const code = normaliseCreditCode(plain);
  return { kind: code !== undefined && creditCodeCheckDigitValid(code) ? 'good' : 'bad' };
}
