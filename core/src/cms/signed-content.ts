import { equalBytes, joinBytes } from '../bytes/index.ts';
import {
  type CryptoOps,
  computeZa,
  type DigestAlgorithm,
  type PublicKey,
  type SignatureAlgorithm,
} from '../crypto/index.ts';
import { CodedError } from '../errors/index.ts';
import { looksLikeSignedAttributes } from './attributes.ts';

/** The octets that a message signs, at hand or already read past. */
export interface SignedContent {
  /** @throws {CodedError} ERR_CMS_CONTENT_ABSENT when this digest was not asked for while the content went by */
  digest(algorithm: DigestAlgorithm): Uint8Array;
  /** Whether these are the same octets. */
  equals(octets: Uint8Array): boolean;
  /** See {@link looksLikeSignedAttributes}. */
  looksLikeSignedAttributes(): boolean;
  /**
   * Verifies a signature made over the content itself, without attributes.
   *
   * @throws {CodedError} ERR_CMS_CONTENT_ABSENT when only the octets themselves would do
   */
  verify(key: PublicKey, algorithm: SignatureAlgorithm, signature: Uint8Array): boolean;
}

/** Content at hand. */
export function wholeContent(octets: Uint8Array, ops: CryptoOps): SignedContent {
  return {
    digest: (algorithm) => ops.digest(algorithm, octets),
    equals: (others) => equalBytes(octets, others),
    looksLikeSignedAttributes: () => looksLikeSignedAttributes(octets),
    verify: (key, algorithm, signature) => ops.verify(key, algorithm, octets, signature),
  };
}

/** Whose signatures over a large file will be asked for. */
export interface ContentPlan {
  readonly digests: readonly DigestAlgorithm[];
  /** SM2 keys that sign without attributes: their e = SM3(ZA ‖ content) is computed on the way. */
  readonly sm2?: readonly {
    readonly key: Extract<PublicKey, { readonly kind: 'sm2' }>;
    readonly userId: Uint8Array;
  }[];
}

/** Two contents of one such digest are the same; SHA-1 cannot tell. */
const telling: ReadonlySet<DigestAlgorithm> = new Set<DigestAlgorithm>(['sm3', 'sha256', 'sha384', 'sha512']);

/** Octets kept of the beginning, to see whether short content is a SET of attributes. */
const keptLength = 65_536;

/** Content too large to hold: give it piece by piece, in order, then ask for it as {@link SignedContent}. */
export class ContentDigester {
  readonly #ops: CryptoOps;
  readonly #digests: ReadonlyMap<DigestAlgorithm, { update(chunk: Uint8Array): void; digest(): Uint8Array }>;
  readonly #primed: readonly {
    readonly point: Uint8Array;
    readonly userId: Uint8Array;
    readonly running: { update(chunk: Uint8Array): void; digest(): Uint8Array };
  }[];
  #kept: Uint8Array[] = [];
  #length = 0;

  constructor(plan: ContentPlan, ops: CryptoOps) {
    this.#ops = ops;
    const own: readonly DigestAlgorithm[] = plan.digests.some((name) => telling.has(name)) ? [] : ['sha256'];
    this.#digests = new Map([...new Set([...plan.digests, ...own])].map((name) => [name, ops.createDigest(name)]));
    this.#primed = (plan.sm2 ?? []).map(({ key, userId }) => {
      const running = ops.createDigest('sm3');
      running.update(computeZa(ops, key.point, userId));
      return { point: key.point, userId, running };
    });
  }

  update(chunk: Uint8Array): void {
    for (const running of this.#digests.values()) running.update(chunk);
    for (const { running } of this.#primed) running.update(chunk);
    if (this.#length < keptLength) this.#kept.push(Uint8Array.from(chunk.subarray(0, keptLength - this.#length)));
    this.#length += chunk.length;
  }

  /** Ends the content; the digester is spent. */
  finish(): SignedContent {
    const ops = this.#ops;
    const digests = new Map([...this.#digests].map(([name, running]) => [name, running.digest()]));
    const primed = this.#primed.map(({ point, userId, running }) => ({ point, userId, e: running.digest() }));
    const beginning = joinBytes(this.#kept);
    this.#kept = [];
    const length = this.#length;
    const digestOf = (algorithm: DigestAlgorithm): Uint8Array => {
      const digest = digests.get(algorithm);
      if (digest === undefined) throw new CodedError('ERR_CMS_CONTENT_ABSENT');
      return digest;
    };
    return {
      digest: digestOf,
      equals: (octets) =>
        octets.length === length &&
        [...digests].every(([name, digest]) => equalBytes(ops.digest(name, octets), digest)),
      // Attributes of more than that are nobody's; what begins like them is refused all the same.
      looksLikeSignedAttributes: () =>
        length > beginning.length ? beginning[0] === 0x31 : looksLikeSignedAttributes(beginning),
      verify: (key, algorithm, signature) => {
        if (key.kind !== 'sm2' || algorithm.kind !== 'sm2-sm3') throw new CodedError('ERR_CMS_CONTENT_ABSENT');
        const found = primed.find(
          ({ point, userId }) => equalBytes(point, key.point) && equalBytes(userId, algorithm.userId),
        );
        if (found === undefined) throw new CodedError('ERR_CMS_CONTENT_ABSENT');
        return ops.sm2.verifyDigest(key, found.e, signature);
      },
    };
  }
}
