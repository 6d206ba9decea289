import type { AuditEntry } from '../services/ports/records.ts';

/** The act by which details are erased. What it covers stands in its target, which no retention erases. */
export const erasureAction = 'audit.erase-details';

export type Erasure =
  /** The details of every entry whose retention ended before this instant. */
  | { readonly kind: 'retention'; readonly before: string }
  /** The details of these entries, whatever their retention. */
  | { readonly kind: 'entries'; readonly sequences: readonly number[] };

/** As the target of the act. */
export function erasureTarget(erasure: Erasure): string {
  return erasure.kind === 'retention' ? `retention<${erasure.before}` : `entries ${erasure.sequences.join(',')}`;
}

/** What an entry of the log says was erased; null for any other act, and for one that says so of times to come. */
export function erasureOf(entry: Pick<AuditEntry, 'action' | 'target' | 'outcome' | 'at'>): Erasure | null {
  if (entry.action !== erasureAction || entry.outcome !== 'done') return null;
  const [, before] = /^retention<(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z)$/.exec(entry.target) ?? [];
  if (before !== undefined) return before <= entry.at ? { kind: 'retention', before } : null;
  const [, list] = /^entries (\d{1,15}(?:,\d{1,15})*)$/.exec(entry.target) ?? [];
  return list === undefined ? null : { kind: 'entries', sequences: list.split(',').map(Number) };
}
