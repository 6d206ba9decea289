import { shortName } from '../api/certificates-text.ts';
import { momentText } from '../words/formats.ts';

export interface RecordWords {
  readonly fieldName: (field: string) => string;
  /** Words for values that are names of the program, as `active`; undefined for all others. */
  readonly valueName?: ((value: string) => string | undefined) | undefined;
}

export const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** A value of a registry's record, as people read it. */
export function recordText(value: unknown, words: RecordWords): string {
  if (value === null || value === undefined || value === '') return '—';
  if (typeof value === 'string' && /^\d{4}-\d\d-\d\dT[\d:.]+Z$/.test(value)) return momentText(value);
  if (typeof value === 'string')
    return words.valueName?.(value) ?? (value.length > 300 ? `${value.slice(0, 120)}…` : value);
  if (Array.isArray(value)) return value.length === 0 ? '—' : value.map((item) => recordText(item, words)).join('; ');
  // A certificate is known by its subject.
  if (isRecord(value) && typeof value.subject === 'string' && 'der' in value) return shortName(value.subject);
  if (isRecord(value))
    return (
      Object.entries(value)
        .filter(([, inner]) => inner !== null && inner !== '')
        .map(([name, inner]) => `${words.fieldName(name)} ${recordText(inner, words)}`)
        .join(', ') || '—'
    );
  return String(value);
}
