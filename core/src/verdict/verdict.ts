import type { ErrorParams } from '../errors/coded-error.ts';
import type { ErrorCode } from '../errors/registry.ts';

/** A coded reason. The same registry serves accidents and verdicts, so one list of words serves both. */
export interface Reason {
  readonly code: ErrorCode;
  readonly params: ErrorParams;
}

/** What was judged, in words a person recognises: a certificate's subject, its issuer and serial number (hex). */
export interface VerdictSubject {
  readonly subject: string;
  readonly issuer: string;
  readonly serialNumber: string;
}

/** A thing that, once supplied, would let an indeterminate verdict be decided. */
export interface Need {
  readonly kind: 'trust-anchor' | 'issuer-certificate' | 'signer-certificate' | 'content' | 'revocation' | 'algorithm';
  /** Whom or what it concerns, for people. */
  readonly of: string;
}

/** Main indications of ETSI EN 319 102-1 §5.1.3 in our words. A verdict is a value; an accident is an exception. */
export type Verdict =
  | { readonly indication: 'passed' }
  | { readonly indication: 'failed'; readonly reason: Reason; readonly subject?: VerdictSubject }
  | { readonly indication: 'indeterminate'; readonly reason: Reason; readonly needs: readonly Need[] };

export type Indication = Verdict['indication'];
