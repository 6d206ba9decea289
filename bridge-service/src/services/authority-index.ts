import { equalBytes, toHex } from '@onelock/core/bytes';
import { isCodedError } from '@onelock/core/errors';
import type { TrustAnchor } from '@onelock/core/path';
import { type Certificate, type Name, nameKey } from '@onelock/core/x509';
import type { CaSources } from './ports/evidence-store.ts';

/** A certificate of a registered CA. */
export interface Authority {
  readonly caId: string;
  readonly kind: 'anchor' | 'intermediate';
  readonly certificate: Certificate;
  /** SM3 of the DER, hex. */
  readonly digest: string;
}

/** What of the registry can matter to some certificates. */
export interface NearbyTrust {
  readonly trustAnchors: readonly TrustAnchor[];
  readonly intermediates: readonly Certificate[];
}

/** Authorities looked at for one question: chains are short, and a web of cross-certificates must not cost more. */
const mostNearby = 256;

/** Ways of writing registered names that are remembered; white space and case make any number of them. */
const mostSpellings = 50_000;

/**
 * The registry's certificates by name and by key identifier. A question is about one chain: with ten thousand CAs registered, only
 * those whose names lead on from it are handed to the judge, who would find no others.
 */
export class AuthorityIndex {
  readonly #byName = new Map<string, Authority[]>();
  readonly #byKeyIdentifier = new Map<string, Authority[]>();
  readonly #caIds: ReadonlySet<string>;
  readonly #sources: ReadonlyMap<string, CaSources>;
  readonly #byBytes = new Map<string, readonly Authority[]>();
  /** By the octets of their subjects. */
  readonly #anchors = new Map<string, Uint8Array[]>();

  constructor(authorities: readonly Authority[], sources: ReadonlyMap<string, CaSources>) {
    this.#sources = sources;
    this.#caIds = new Set(authorities.map(({ caId }) => caId));
    for (const authority of authorities) {
      add(this.#byName, nameKey(authority.certificate.subject), authority);
      const identifier = keyIdentifierOf(authority.certificate);
      if (identifier !== undefined) add(this.#byKeyIdentifier, toHex(identifier), authority);
      if (authority.kind === 'anchor')
        add(this.#anchors, latin1(authority.certificate.subjectDer), authority.certificate.der);
    }
  }

  named(name: Name): readonly Authority[] {
    // The same few names come with every question: comparing them properly costs more than finding the bytes again.
    const bytes = latin1(name.der);
    const known = this.#byBytes.get(bytes);
    if (known !== undefined) return known;
    const found = this.#byName.get(nameKey(name)) ?? [];
    if (found.length > 0 && this.#byBytes.size < mostSpellings) this.#byBytes.set(bytes, found);
    return found;
  }

  /** Whether a certificate is an anchor itself: nobody revokes it. */
  isAnchor({ subjectDer, der }: Certificate): boolean {
    return this.#anchors.get(latin1(subjectDer))?.some((anchor) => equalBytes(anchor, der)) ?? false;
  }

  sourcesOf(caId: string): CaSources | undefined {
    return this.#sources.get(caId);
  }

  /** Every CA that has certificates here. */
  get caIds(): readonly string[] {
    return [...this.#caIds];
  }

  /** Sources of every CA that has some. */
  get sources(): ReadonlyMap<string, CaSources> {
    return this.#sources;
  }

  /** Every authority that a path or the evidence about these certificates can come to, by names and by the hints of key identifiers. */
  near(certificates: readonly Certificate[]): NearbyTrust {
    const seen = new Set<Authority>();
    const waiting = [...certificates];
    for (let certificate = waiting.pop(); certificate !== undefined; certificate = waiting.pop()) {
      for (const authority of this.#above(certificate)) {
        if (seen.has(authority) || seen.size >= mostNearby) continue;
        seen.add(authority);
        waiting.push(authority.certificate);
      }
    }
    const found = [...seen];
    return {
      trustAnchors: found
        .filter(({ kind }) => kind === 'anchor')
        .map(({ certificate }) => ({ kind: 'certificate', certificate })),
      intermediates: found.filter(({ kind }) => kind === 'intermediate').map(({ certificate }) => certificate),
    };
  }

  *#above(certificate: Certificate): Generator<Authority> {
    yield* this.named(certificate.issuer);
    const hint = issuerKeyHint(certificate);
    if (hint !== undefined) yield* this.#byKeyIdentifier.get(toHex(hint)) ?? [];
    for (const name of listIssuersOf(certificate)) yield* this.named(name);
  }
}

const latin1 = (bytes: Uint8Array): string =>
  Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('latin1');

function add<T>(map: Map<string, T[]>, key: string, value: T): void {
  const known = map.get(key);
  if (known === undefined) map.set(key, [value]);
  else known.push(value);
}

/** Those of an indirect list. */
function listIssuersOf(certificate: Certificate): readonly Name[] {
  const points = readable(() => certificate.crlDistributionPoints) ?? [];
  return points.flatMap(({ crlIssuer }) =>
    (crlIssuer ?? []).flatMap((name) => (name.kind === 'directory' ? [name.name] : [])),
  );
}

const issuerKeyHint = (certificate: Certificate): Uint8Array | undefined =>
  readable(() => certificate.authorityKeyIdentifier?.keyIdentifier);

const keyIdentifierOf = (certificate: Certificate): Uint8Array | undefined =>
  readable(() => certificate.subjectKeyIdentifier);

/** An extension that cannot be decoded says nothing here; the judge will say what is wrong with it. */
function readable<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch (error) {
    if (isCodedError(error)) return undefined;
    throw error;
  }
}
