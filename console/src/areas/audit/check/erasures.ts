import type { AuditEntry } from '../api.ts';

export type Erasure =
  | { readonly kind: 'retention'; readonly before: string }
  | { readonly kind: 'entries'; readonly sequences: ReadonlySet<number> };

/** What an entry says was erased, as the service writes it into its target; null for any other act, and for one that speaks of times to come. */
export function erasureOf({ action, outcome, target, at }: AuditEntry): Erasure | null {
  if (action !== 'audit.erase-details' || outcome !== 'done') return null;
  const [, before] = /^retention<(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z)$/.exec(target) ?? [];
  if (before !== undefined) return before <= at ? { kind: 'retention', before } : null;
  const [, list] = /^entries (\d{1,15}(?:,\d{1,15})*)$/.exec(target) ?? [];
  return list === undefined ? null : { kind: 'entries', sequences: new Set(list.split(',').map(Number)) };
}
