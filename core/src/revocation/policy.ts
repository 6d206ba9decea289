import type { DigestAlgorithm } from '../crypto/index.ts';

/** How old evidence may be at the moment judged for. All times in seconds. */
export interface FreshnessPolicy {
  /** Oldest thisUpdate that still counts; null: nextUpdate alone decides. */
  readonly maxAgeSeconds: number | null;
  /** How long after nextUpdate it still counts. */
  readonly graceSeconds: number;
  /** How far thisUpdate may lie after the moment judged for: clocks differ. */
  readonly clockSkewSeconds: number;
  /** Oldest thisUpdate that counts where there is no nextUpdate; null: none does. */
  readonly maxAgeWithoutNextUpdateSeconds: number | null;
}

/** What evidence must be like. Data: whoever judges chooses, and the same evidence and policy give the same status. */
export interface RevocationPolicy {
  readonly crl: FreshnessPolicy & {
    /** `rfc5280`: what §6.3 needs. `strict`: also what §5 asks of those who issue lists (crlNumber there and not critical). */
    readonly form: 'rfc5280' | 'strict';
  };
  readonly ocsp: FreshnessPolicy;
  /**
   * Evidence made after the moment judged for, as is usual when judging an earlier time: `accepted` says good when it says
   * so, or when it tells of a revocation after that moment. `refused` leaves the status unknown. A revocation before that
   * moment counts either way.
   */
  readonly laterEvidence: 'accepted' | 'refused';
  /**
   * An issuer whose key was compromised after the moment judged for. `by-date`: what it issued stands. `always`: it does not,
   * because nothing proves that the certificate existed then and was not made afterwards with the stolen key.
   */
  readonly compromisedIssuers: 'by-date' | 'always';
  /** Digests good enough for a signature on evidence. */
  readonly digests: readonly DigestAlgorithm[];
}

const minute = 60;
const day = 24 * 60 * minute;

export const defaultRevocationPolicy: RevocationPolicy = {
  crl: {
    form: 'rfc5280',
    maxAgeSeconds: null,
    graceSeconds: 0,
    clockSkewSeconds: 0,
    maxAgeWithoutNextUpdateSeconds: null,
  },
  ocsp: {
    maxAgeSeconds: null,
    graceSeconds: 0,
    clockSkewSeconds: 5 * minute,
    maxAgeWithoutNextUpdateSeconds: day,
  },
  laterEvidence: 'refused',
  compromisedIssuers: 'by-date',
  digests: ['sm3', 'sha224', 'sha256', 'sha384', 'sha512'],
};
