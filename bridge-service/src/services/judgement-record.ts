import { toHex } from '@onelock/core/bytes';
import type { CryptoOps } from '@onelock/core/crypto';
import { preparedFormOf } from '@onelock/core/revocation';
import type { TrustEvidence } from '@onelock/core/validation';
import type { SourceOutcome } from './ports/evidence.ts';
import type { EvidenceItem } from './ports/records.ts';

/** Everything that a judgement depended on: values in the details, bytes by digest. */
export interface JudgementRecord {
  readonly details: Readonly<Record<string, unknown>>;
  readonly items: readonly EvidenceItem[];
}

/** Certificates of the registry come with every judgement: each is digested once. */
const digests = new WeakMap<Uint8Array, string>();

/** Writes down what a judgement was made by, so that anybody can come to the same verdict again. */
export class EvidenceNotes {
  readonly #ops: Pick<CryptoOps, 'digest'>;
  readonly #items = new Map<string, EvidenceItem>();

  constructor(ops: Pick<CryptoOps, 'digest'>) {
    this.#ops = ops;
  }

  /** Keeps bytes. @returns `sm3:` and their digest */
  keep(bytes: Uint8Array): string {
    const digest = digests.get(bytes) ?? toHex(this.#ops.digest('sm3', bytes));
    digests.set(bytes, digest);
    this.#items.set(digest, { digest, bytes });
    return `sm3:${digest}`;
  }

  /** The details of an audit entry, and the bytes to keep beside it. Long lists are kept by the room that brought them. */
  record(evidence: TrustEvidence, sources: readonly SourceOutcome[] = []): JudgementRecord {
    const { intermediates, trustAnchors, crls, ocspResponses, unanswered, at, profile, revocation } = evidence;
    const { policies, peerName, keyUsage, extendedKeyUsage, maxIntermediates } = evidence;
    return {
      details: {
        ...{ at: at.toISOString(), profile: typeof profile === 'string' ? profile : profile.name, revocation },
        ...{ policies, peerName, keyUsage, extendedKeyUsage, maxIntermediates },
        intermediates: intermediates.map(({ der }) => this.keep(der)),
        trustAnchors: trustAnchors.flatMap((anchor) =>
          anchor.kind === 'certificate' ? [this.keep(anchor.certificate.der)] : [],
        ),
        ...(crls && { crls: crls.map((list) => this.#keepList(list)) }),
        ...(ocspResponses && { ocspResponses: ocspResponses.map((response) => this.keep(response)) }),
        ...(unanswered &&
          unanswered.length > 0 && {
            unanswered: unanswered.map(({ issuer, reason }) => ({ issuer: toHex(issuer), reason })),
          }),
        ...(sources.length > 0 && { sources }),
      },
      items: this.items,
    };
  }

  get items(): readonly EvidenceItem[] {
    return [...this.#items.values()];
  }

  #keepList(list: NonNullable<TrustEvidence['crls']>[number]): string {
    if (list instanceof Uint8Array) return this.keep(list);
    const prepared = preparedFormOf(list);
    return prepared === undefined ? this.keep(list.der) : `sm3:${prepared.id}`;
  }
}
