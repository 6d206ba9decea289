import type { RevocationReasonFlag } from '../x509/index.ts';

/** CRLReason of RFC 5280 §5.3.1 by number; 7 is not used. */
const reasonsByCode: readonly (string | undefined)[] = [
  'unspecified',
  'keyCompromise',
  'cACompromise',
  'affiliationChanged',
  'superseded',
  'cessationOfOperation',
  'certificateHold',
  undefined,
  'removeFromCRL',
  'privilegeWithdrawn',
  'aACompromise',
];

export type RevocationReason = RevocationReasonFlag | 'unspecified' | 'removeFromCRL';

/** A number outside of the standard revokes all the same; nothing more is known of it. */
export function reasonOfCode(code: number): RevocationReason {
  return (reasonsByCode[code] ?? 'unspecified') as RevocationReason;
}

/** Every reason a list may be limited to, RFC 5280 §6.3.2 (c): a certificate is good when lists cover them all. */
export const allReasons: ReadonlySet<RevocationReasonFlag> = new Set<RevocationReasonFlag>([
  'keyCompromise',
  'cACompromise',
  'affiliationChanged',
  'superseded',
  'cessationOfOperation',
  'certificateHold',
  'privilegeWithdrawn',
  'aACompromise',
]);

/** What the key signed may be anybody's. */
export function isCompromise(reason: string): boolean {
  return reason === 'keyCompromise' || reason === 'cACompromise';
}

/** Only these may be undone; every other revocation is for good. */
export function isTemporary(reason: RevocationReason): boolean {
  return reason === 'certificateHold' || reason === 'removeFromCRL';
}
