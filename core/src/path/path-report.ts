import type { Reason, Verdict, VerdictSubject } from '../verdict/index.ts';
import type { Certificate } from '../x509/index.ts';
import type { CheckedTrail } from './checked-trail.ts';
import type { TrustAnchor } from './path-input.ts';
import type { VerifiedPath } from './verified-path.ts';

/** A way that was tried and did not lead to a valid path. */
export interface PathAttempt {
  readonly reason: Reason;
  /** The certificate at fault, when there is one. */
  readonly subject?: VerdictSubject;
  /** Certificates on the way when it failed. */
  readonly length: number;
  /** Whether the way had reached an anchor. */
  readonly anchored: boolean;
  /** What was asked of this way, in order; empty for a way that never reached an anchor. */
  readonly checked: CheckedTrail;
}

export interface PathReport {
  readonly verdict: Verdict;
  /** Leaf first; the anchor's certificate last, when the anchor has one. null unless the verdict is `passed`. */
  readonly path: readonly Certificate[] | null;
  /** The anchor that the path ends in; null unless the verdict is `passed`. */
  readonly anchor: TrustAnchor | null;
  /** What failed on the way, most telling first; the first is the verdict's reason unless another way passed. */
  readonly attempts: readonly PathAttempt[];
  /** OIDs for which the path is valid (RFC 5280 §6.1.6); `any` when unrestricted. Empty unless `passed`. */
  readonly policies: 'any' | readonly string[];
  /** Proof for those who ask for it; null unless the verdict is `passed`. */
  readonly verified: VerifiedPath | null;
  /** Every constraint that the path satisfied, from the anchor to the leaf; empty unless `passed`. */
  readonly checked: CheckedTrail;
}
