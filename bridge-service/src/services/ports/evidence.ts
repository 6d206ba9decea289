import type { CertificateList } from '@onelock/core/revocation';
import type { UnansweredSource } from '@onelock/core/validation';
import type { Reason } from '@onelock/core/verdict';
import type { Certificate } from '@onelock/core/x509';
import type { Trust } from '../trust-registry.ts';
import type { SourceKind, SourceState } from './evidence-store.ts';

/** What became of one source in one judgement. */
export interface SourceOutcome {
  readonly kind: SourceKind;
  /** Without query. */
  readonly url: string;
  /** `current`: what it says counts now. `known`: only something older is at hand. `failed`: nothing is. */
  readonly outcome: 'current' | 'known' | 'failed';
  /** Why it is not current. */
  readonly reason?: Reason | undefined;
  /** thisUpdate of what is at hand. */
  readonly producedAt?: string | undefined;
  readonly validUntil?: string | undefined;
  /** SM3 of what is at hand, hex. */
  readonly digest?: string | undefined;
}

export interface GatheredEvidence {
  readonly crls: readonly CertificateList[];
  readonly ocspResponses: readonly Uint8Array[];
  /** Candidates that authorities' addresses gave. */
  readonly issuers: readonly Certificate[];
  readonly unanswered: readonly UnansweredSource[];
  readonly sources: readonly SourceOutcome[];
}

export interface EvidenceQuestion {
  /** Whose status is in question, with the candidates above them that came along. */
  readonly certificates: readonly Certificate[];
  readonly candidates: readonly Certificate[];
  readonly trust: Trust;
}

/** A source as the console shows it. */
export interface SourceView extends Omit<SourceState, 'lastError'> {
  readonly caId: string | null;
  readonly lastError: Reason | null;
  /** Of a list. */
  readonly list: {
    readonly digest: string;
    readonly entries: number;
    readonly size: number;
    readonly crlNumber: string | null;
    readonly baseNumber: string | null;
    readonly thisUpdate: string;
    readonly nextUpdate: string | null;
    readonly refreshAt: string;
    readonly stale: boolean;
  } | null;
}

/** Brings evidence from outside. Nothing here judges. */
export interface EvidencePort {
  /** Everything known or to be had in time about the revocation of these certificates. Never rejects for what a source does. */
  gather(question: EvidenceQuestion): Promise<GatheredEvidence>;
  /** Time-stamping authorities that operators listed, in the order in which to ask. */
  timestampAuthorities(trust: Trust): readonly string[];
  /**
   * Asks one of them.
   *
   * @param request  DER of TimeStampReq
   * @returns DER of TimeStampResp, unread
   * @throws {CodedError} ERR_EVIDENCE_…
   */
  stamp(trust: Trust, url: string, request: Uint8Array): Promise<Uint8Array>;
  /** State of every listed source. */
  sources(trust: Trust): readonly SourceView[];
  /** Asks every listed source of a CA now, whatever it did before. */
  refresh(trust: Trust, caId: string): Promise<void>;
  /** Forgets the list of a source, so that a lower number is accepted. @returns false when there is none */
  forgetList(source: string): Promise<boolean>;
}
