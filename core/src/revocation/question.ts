import type { PublicKey } from '../crypto/index.ts';
import type { Need, Reason } from '../verdict/index.ts';
import type { Certificate, Name } from '../x509/index.ts';
import type { CertificateList } from './crl.ts';
import type { EvidenceSource } from './malformed.ts';
import type { BasicOcspResponse } from './ocsp.ts';
import type { RevocationPolicy } from './policy.ts';
import type { RevocationReason } from './reasons.ts';

/** A name with its key, trusted already: an issuer on the judged path, or the anchor, which may have no certificate. */
export interface Authority {
  readonly name: Name;
  readonly publicKey: PublicKey;
  readonly certificate: Certificate | undefined;
}

/** `local-responder`: trusted by whoever judges, not by a certificate of the issuer (RFC 6960 §4.2.2.2, item 1). */
export type SignerRole = 'crl-issuer' | 'ocsp-responder' | 'local-responder';

/**
 * Who else may have signed evidence. This room knows no paths: whoever asks passes in how a signer's certificate is judged,
 * and it must be by the anchor of the judged path (RFC 5280 §6.3.3 (f)).
 */
export interface SignerTrust {
  /** Issuers above the judged certificate, nearest first, the anchor last. */
  readonly path: readonly Authority[];
  /** Certificates that may belong to signers; nothing is believed of them. */
  readonly candidates: readonly Certificate[];
  /** Responders whom the judge trusts by choice; the judge is still asked whether each counts at the moment. */
  readonly responders?: readonly Certificate[] | undefined;
  /** Why a certificate is not trusted in its role, or undefined when it is. */
  judge(signer: Certificate, role: SignerRole): Reason | undefined;
}

/** Everything that a certificate's revocation status depends on. */
export interface RevocationQuestion {
  readonly certificate: Certificate;
  readonly issuer: Authority;
  /** The moment for which the question is asked. */
  readonly at: Date;
  readonly policy: RevocationPolicy;
  readonly crls: readonly CertificateList[];
  readonly ocspResponses: readonly BasicOcspResponse[];
  /** Sent with the request that the responses answer; a response with another one is not used. */
  readonly nonce?: Uint8Array | undefined;
  readonly trust: SignerTrust;
}

/** What of a question matters to who may have signed the evidence. */
export type SignerQuestion = Pick<RevocationQuestion, 'issuer' | 'trust' | 'policy'>;

/** Evidence that decided, or that is the best there is. */
export interface KnownEvidence {
  readonly source: EvidenceSource;
  /** thisUpdate. */
  readonly producedAt: Date;
}

export type RevocationStatus =
  | ({ readonly kind: 'good' } & KnownEvidence)
  | ({ readonly kind: 'revoked'; readonly reason: RevocationReason; readonly revokedAt: Date } & KnownEvidence)
  | {
      readonly kind: 'unknown';
      readonly reason: Reason;
      /** Genuine evidence that was not enough, newest first choice: its age is the age of what is known. */
      readonly known: KnownEvidence | undefined;
      /** Whether evidence about this certificate was there at all. */
      readonly evidence: 'none' | 'unusable';
      readonly needs: readonly Need[];
    };
