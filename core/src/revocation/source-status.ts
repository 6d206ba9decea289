import type { Reason } from '../verdict/index.ts';
import type { KnownEvidence, RevocationStatus } from './question.ts';

/** What one kind of evidence comes to. `problems` are about evidence that concerns the certificate and was not used. */
export type SourceStatus =
  | Exclude<RevocationStatus, { readonly kind: 'unknown' }>
  | {
      readonly kind: 'undecided';
      readonly problems: readonly Reason[];
      readonly known: KnownEvidence | undefined;
    };
