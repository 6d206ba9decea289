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

export interface SignerReport extends Report {
  /** For people: the signer's subject, or its issuer and serial number where the certificate is missing. */
  readonly signer: string;
  readonly digestAlgorithm: string;
  readonly signatureAlgorithm: string;
  /** ISO 8601; the signer's claim. */
  readonly signingTime: string | null;
  /** null where the certificate is missing or the mathematics already failed. */
  readonly certificate: CertificateReport | null;
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
