import type { Reason } from '@onelock/core/verdict';
import type { SealedText } from './registry-records.ts';

/** What the service asks a CA's enrolment door by; secrets are named, never told. */
export type CaCredential =
  | { readonly kind: 'none' }
  /** HTTP Basic (RFC 7617): the password is the file `enrolment/SECRET` of the folder of secrets. */
  | { readonly kind: 'basic'; readonly user: string; readonly secret: string }
  /** TLS client certificate: `enrolment/SECRET.pem` with its chain, and `enrolment/SECRET.key.pem`. */
  | { readonly kind: 'tls-certificate'; readonly secret: string };

export const keySpecs = ['sm2', 'rsa-2048', 'rsa-3072', 'rsa-4096', 'p256'] as const;
export type KeySpec = (typeof keySpecs)[number];

/** One kind of certificate that a CA sells online. */
export interface EnrolmentProduct {
  readonly code: string;
  readonly title: string;
  readonly keySpec: KeySpec;
  /** `dual`: a signing certificate for the applicant's key, and an encryption certificate whose key the CA delivers enveloped. */
  readonly variant: 'single' | 'dual';
  /** The longest that the certificate may last. */
  readonly validDays: number;
  /** In fen, a hundredth of a yuan. */
  readonly priceFen: number;
  readonly renewalPriceFen: number;
  /** From submission to certificates, as the CA promises. */
  readonly expectedMinutes: number;
  /** EST label (RFC 7030 §3.2.2) by which the CA tells its certificate profiles apart; none when absent. */
  readonly label?: string | undefined;
  /** `phone`: for keys that are made on a phone at the service's own page, and for no others. */
  readonly medium?: 'phone' | undefined;
}

/** How a CA takes applications: all of it data. */
export interface CaEnrolment {
  readonly state: 'open' | 'closed';
  /** Whether the service's own page offers it to everybody; platforms are offered every open one. */
  readonly public: boolean;
  readonly protocol: 'est';
  /** Up to and with `/.well-known/est`. */
  readonly url: string;
  readonly credential: CaCredential;
  /** Certificates that the server's TLS certificate is checked under, PEM; the system's when empty. */
  readonly serverAnchors: readonly string[];
  readonly products: readonly EnrolmentProduct[];
  /** For applicants, e.g. what the CA wants to see before it issues. */
  readonly notice: string;
}

export interface CaEnrolmentRecord extends CaEnrolment {
  readonly caId: string;
  readonly updatedAt: string;
}

export const applicationStates = [
  'draft',
  'submitted',
  'pending',
  'issued',
  'installed',
  'held',
  'refused',
  'withdrawn',
] as const;
/**
 * `pending`: the CA has taken it and has no result yet. `held`: something is wrong that a person has to look at; nothing of what the CA
 * answered counts. `refused`, `withdrawn` and `installed` are ends.
 */
export type ApplicationState = (typeof applicationStates)[number];

export const envelopeKinds = ['sm2-enveloped-key', 'skf-enveloped-key-blob'] as const;
export type EnvelopeKind = (typeof envelopeKinds)[number];

/** The person who applies (经办人). */
export interface Applicant {
  readonly name: string;
  readonly identifier: SealedText | null;
  readonly phone: SealedText | null;
}

/** Nobody needs it any more: the ends that are shown stay. */
export function forgotten({ name, identifier, phone }: Applicant): Applicant {
  const erased = (sealed: SealedText | null): SealedText | null => sealed && { ...sealed, sealed: '' };
  return { name, identifier: erased(identifier), phone: erased(phone) };
}

export interface ApplicationSubject {
  readonly creditCode: string;
  readonly companyName: string;
  readonly province: string | null;
  readonly locality: string | null;
}

export interface Application {
  readonly id: string;
  readonly kind: 'new' | 'renewal';
  readonly state: ApplicationState;
  readonly caId: string;
  /** As it was offered when the application was made. */
  readonly product: EnrolmentProduct;
  /** Whose it is: a platform's, or the bearer's of the key that the service's page was given. */
  readonly platformId: string | null;
  /** SHA-256 of that key, hex. */
  readonly keyDigest: string | null;
  readonly subject: ApplicationSubject;
  readonly applicant: Applicant;
  readonly companyId: string | null;
  /** Of a renewal: SM3 of the certificate that it follows, hex. */
  readonly renews: string | null;
  /** PKCS#10, DER. */
  readonly request: Uint8Array | null;
  /** SM3 of the public key asked for, hex. */
  readonly requestKeyDigest: string | null;
  /** Of a renewal: detached SignedData by the old certificate over the request. */
  readonly proof: Uint8Array | null;
  readonly signingCertificate: Uint8Array | null;
  readonly encryptionCertificate: Uint8Array | null;
  readonly chain: readonly Uint8Array[];
  readonly envelopeKind: EnvelopeKind | null;
  /** Only the key that made the request opens it; gone once it is installed. */
  readonly envelope: Uint8Array | null;
  /** Why it stands where it stands. */
  readonly reason: Reason | null;
  /** Failed attempts in a row, or polls while pending. */
  readonly attempts: number;
  /** When the CA is asked next; null: not at all. */
  readonly nextAttemptAt: string | null;
  readonly createdAt: string;
  readonly updatedAt: string;
  readonly submittedAt: string | null;
  readonly issuedAt: string | null;
  readonly installedAt: string | null;
  /** 1, 2, 3 …: each change is one. */
  readonly version: number;
}

/** One change of state, for whoever follows it. */
export interface ApplicationStep {
  /** 1, 2, 3 … */
  readonly position: number;
  readonly at: string;
  readonly state: ApplicationState;
  readonly reason: Reason | null;
}
