import type { DeviationUse } from '../deviations/index.ts';
import type { ProfileName } from '../path/index.ts';
import type { Indication, Need, Reason, VerdictSubject } from '../verdict/index.ts';

/** How much revocation counts: `require` makes missing evidence indeterminate, `if-available` says so and lets it stand. */
export type RevocationMode = 'require' | 'if-available' | 'none';

export interface RevocationReport {
  readonly mode: RevocationMode;
  /** Whether evidence decided about the certificate itself. */
  readonly checked: boolean;
  /** What could not be decided, of the certificate or of one above it; absent when all of the path was. */
  readonly reason?: Reason;
  /** Of the evidence that decided or, where none did, of the newest that is genuine. */
  readonly source?: 'crl' | 'ocsp';
  /** ISO 8601, UTC. */
  readonly producedAt?: string;
  /** Age of that evidence at the moment judged for. */
  readonly ageSeconds?: number;
}

/** The part every report shares. Plain values: a report goes through JSON unchanged. */
export interface Report {
  readonly indication: Indication;
  readonly reason?: Reason;
  /** The certificate at fault. */
  readonly subject?: VerdictSubject;
  readonly needs?: readonly Need[];
}

export interface CertificateReport extends Report {
  readonly certificate: VerdictSubject;
  /** Leaf first, anchor last; empty unless a path was found. */
  readonly path: readonly VerdictSubject[];
  /** ISO 8601, UTC. */
  readonly at: string;
  readonly profile: ProfileName;
  readonly revocation: RevocationReport;
  /** Every way that was tried and failed, most telling first. */
  readonly attempts: readonly { readonly reason: Reason; readonly subject?: VerdictSubject }[];
}

export interface TimestampReport extends Report {
  /** ISO 8601, UTC. */
  readonly time: string;
  /** Milliseconds, rounded up; null when not stated. */
  readonly accuracyMs: number | null;
  readonly ordering: boolean;
  /** Hexadecimal. */
  readonly serialNumber: string;
  /** Dotted OID. */
  readonly policy: string;
  /** Our name, or the dotted OID of one that we do not do. */
  readonly digestAlgorithm: string;
  /** null where the authority's certificate is missing. */
  readonly authority: VerdictSubject | null;
  readonly certificate: CertificateReport | null;
  /** Departures from the standard that were seen and are declared; absent when there was none. */
  readonly deviations?: readonly DeviationUse[];
}

export interface SignerReport extends Report {
  /** For people: the signer's subject, or its issuer and serial number where the certificate is missing. */
  readonly signer: string;
  readonly digestAlgorithm: string;
  readonly signatureAlgorithm: string;
  /** ISO 8601; the signer's claim. */
  readonly signingTime: string | null;
  /** null where the certificate is missing or the mathematics already failed. */
  readonly certificate: CertificateReport | null;
  /** Departures from the standard that were seen and are declared; absent when there was none. */
  readonly deviations?: readonly DeviationUse[];
  /** One for each time-stamp of the signature; absent when there is none. One that did not pass proves nothing. */
  readonly timestamps?: readonly TimestampReport[];
  /** ISO 8601: the signature existed then, by the earliest stamp that passed, and was judged for that moment. */
  readonly provenTime?: string;
  /** Revocation lists and OCSP responses that the message brought and that were judged by as well; absent when none were. */
  readonly broughtRevocation?: { readonly crls: number; readonly ocspResponses: number };
  /** Absent when there is none. They witness the signature and change nothing in its verdict. */
  readonly countersignatures?: readonly SignerReport[];
}

export interface MessageReport extends Report {
  readonly family: 'gm' | 'pkcs7';
  readonly contentType: string;
  readonly detached: boolean;
  readonly signers: readonly SignerReport[];
}

export interface SignatureReport extends Report {
  readonly algorithm: string;
  /** null when the signature was judged by a bare key. */
  readonly certificate: CertificateReport | null;
}

export interface LoginReport extends Report {
  readonly origin: string;
  readonly algorithm: string;
  readonly certificate: CertificateReport | null;
}
