import { toBase64, toHex } from '@onelock/core/bytes';
import {
  type CryptoOps,
  computeZa,
  type DigestAlgorithm,
  type PublicKey,
  type SignatureAlgorithm,
} from '@onelock/core/crypto';
import { preparedFormOf } from '@onelock/core/revocation';
import type { TrustEvidence } from '@onelock/core/validation';
import type { JudgedBy } from './gather-evidence.ts';
import type { SourceOutcome } from './ports/evidence.ts';
import type { EvidenceItem } from './ports/records.ts';
import { contentDigestNames } from './verify-digest.ts';

/** Bytes of signed content that are kept as they are. */
const longestContent = 65_536;

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

  /**
   * Keeps what was signed, when it is short. Of longer content the digests stay, which is all that a signature says of it.
   *
   * @returns `content`, and `contentDigests` where the content itself is not kept
   */
  keepContent(content: Uint8Array, algorithms: readonly DigestAlgorithm[]): Readonly<Record<string, unknown>> {
    if (content.length <= longestContent) return { content: this.keep(content) };
    const named = new Set(algorithms.filter((name) => contentDigestNames.some((known) => known === name)));
    return {
      content: `sm3:${toHex(this.#ops.digest('sm3', content))}`,
      contentDigests: [...named].map((algorithm) => ({
        algorithm,
        value: toBase64(this.#ops.digest(algorithm, content)),
      })),
    };
  }

  /** As {@link keepContent}, of a raw signature: of longer content what the signature's mathematics begins from. EdDSA begins from all of it. */
  keepSigned(content: Uint8Array, key: PublicKey, algorithm: SignatureAlgorithm): Readonly<Record<string, unknown>> {
    const kept = this.keepContent(content, []);
    if (content.length <= longestContent) return kept;
    if (algorithm.kind === 'sm2-sm3' && key.kind === 'sm2') {
      const value = this.#ops.digest('sm3', computeZa(this.#ops, key.point, algorithm.userId), content);
      return { ...kept, digest: { algorithm: 'sm3', value: toBase64(value) } };
    }
    if (!('digest' in algorithm)) return { content: this.keep(content) };
    const { digest } = algorithm;
    return { ...kept, digest: { algorithm: digest, value: toBase64(this.#ops.digest(digest, content)) } };
  }

  /** The details of an audit entry, and the bytes to keep beside it. Long lists are kept by the room that brought them. */
  record(evidence: JudgedBy, sources: readonly SourceOutcome[] = []): JudgementRecord {
    const { intermediates, trustAnchors, crls, ocspResponses, unanswered, at, profile, revocation } = evidence;
    const { policies, peerName, keyUsage, extendedKeyUsage, maxIntermediates, deviations } = evidence;
    return {
      details: {
        ...{ at: at.toISOString(), profile: typeof profile === 'string' ? profile : profile.name, revocation },
        ...{ policies, peerName, keyUsage, extendedKeyUsage, maxIntermediates, deviations },
        intermediates: intermediates.map(({ der }) => this.keep(der)),
        trustAnchors: trustAnchors.flatMap((anchor) =>
          anchor.kind === 'certificate' ? [this.keep(anchor.certificate.der)] : [],
        ),
        ...(crls && { crls: crls.map((list) => this.#keepList(list)) }),
        ...(ocspResponses && { ocspResponses: ocspResponses.map((response) => this.keep(response)) }),
        ...(unanswered &&
          unanswered.length > 0 && {
            unanswered: unanswered.map(({ issuer, reason }) => ({ issuer: this.keep(issuer), reason })),
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
