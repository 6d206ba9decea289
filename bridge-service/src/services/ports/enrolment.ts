import type { CaEnrolment, EnvelopeKind } from './application-records.ts';

export interface EnrolmentQuestion {
  /** RFC 7030 §4.2.1, §4.2.2, §4.4. */
  readonly operation: 'simpleenroll' | 'simplereenroll' | 'serverkeygen';
  readonly label?: string | undefined;
  /** PKCS#10, DER. */
  readonly request: Uint8Array;
  /** Of a renewal: detached SignedData by the old certificate over the request. */
  readonly proof?: Uint8Array | undefined;
}

/** What a CA said, read and not yet believed. */
export type EnrolmentAnswer =
  | {
      readonly kind: 'issued';
      /** DER, as they came. */
      readonly certificates: readonly Uint8Array[];
      /** The key pair of an encryption certificate, which only the applicant's key opens. */
      readonly envelope: { readonly kind: EnvelopeKind; readonly bytes: Uint8Array } | null;
    }
  | { readonly kind: 'pending'; readonly retryAfterSeconds: number | null }
  | { readonly kind: 'refused'; readonly status: number; readonly detail: string };

/** The way to a CA. One implementation for each protocol of {@link CaEnrolment}. */
export interface EnrolmentDoor {
  /**
   * @throws {CodedError} ERR_ENROLMENT_CA_UNREACHABLE, ERR_ENROLMENT_CREDENTIAL_REFUSED, ERR_ENROLMENT_CREDENTIAL_MISSING,
   *   ERR_ENROLMENT_ANSWER_MALFORMED
   */
  enrol(enrolment: CaEnrolment, question: EnrolmentQuestion): Promise<EnrolmentAnswer>;
  /** Certificates that the CA says are its own, DER. @throws as `enrol` */
  certificates(enrolment: CaEnrolment): Promise<readonly Uint8Array[]>;
}
