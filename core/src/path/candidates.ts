import { equalBytes } from '../bytes/index.ts';
import { isCodedError } from '../errors/index.ts';
import { type Certificate, type Name, sameName } from '../x509/index.ts';
import type { PathInput, TrustAnchor } from './path-input.ts';

/** Who may have issued a certificate: an anchor, which ends the path, or another certificate, which goes on. */
export type Candidate =
  | { readonly kind: 'anchor'; readonly anchor: TrustAnchor }
  | { readonly kind: 'certificate'; readonly certificate: Certificate };

/** Candidate issuers, found by name and put in the order in which they are worth trying. */
export class Candidates {
  readonly #input: PathInput;
  /** Answers given: a search comes back to the same certificate by many ways, and comparing names is its dearest part. */
  readonly #found = new Map<Certificate, readonly Candidate[]>();

  constructor(input: PathInput) {
    this.#input = input;
  }

  /** Anchors first; then by key identifier (a hint, RFC 5280 §4.2.1.1), by validity, younger first. */
  issuersOf(certificate: Certificate): readonly Candidate[] {
    const found = this.#found.get(certificate) ?? this.#find(certificate);
    this.#found.set(certificate, found);
    return found;
  }

  #find(certificate: Certificate): readonly Candidate[] {
    const { trustAnchors, intermediates, at } = this.#input;
    const anchors = trustAnchors.filter((anchor) =>
      namesIssuer(certificate, anchorName(anchor), anchorNameDer(anchor)),
    );
    const others = intermediates.filter(
      (other) =>
        namesIssuer(certificate, other.subject, other.subjectDer) &&
        !anchors.some((anchor) => speaksFor(anchor, other, at)),
    );
    const anchorHint = (anchor: TrustAnchor): number =>
      anchor.kind === 'certificate' ? keyHint(certificate, anchor.certificate) : 1;
    const certificateHint = (other: Certificate): number =>
      keyHint(certificate, other) * 2 + Number(isCurrent(other, at));
    return [
      ...sortedDown(anchors, anchorHint).map((anchor): Candidate => ({ kind: 'anchor', anchor })),
      ...sortedDown(
        [...others].sort((a, b) => b.notBefore.getTime() - a.notBefore.getTime()),
        certificateHint,
      ).map((other): Candidate => ({ kind: 'certificate', certificate: other })),
    ];
  }

  /** Whether somebody known has the key identifier that a certificate names as its issuer's. */
  someoneHasKeyOfIssuer(certificate: Certificate): boolean {
    const { trustAnchors, intermediates } = this.#input;
    const known = [...trustAnchors.flatMap(certificateOf), ...intermediates];
    return known.some((other) => keyHint(certificate, other) === 2);
  }
}

/**
 * Whether an anchor in force is the same entity: its name and its key. What the caller trusts speaks for that entity, so
 * no other certificate of it leads around the limits in the anchor's own. An anchor out of date speaks for nobody: a
 * cross-certificate may then carry the path on.
 */
function speaksFor(anchor: TrustAnchor, other: Certificate, at: Date): boolean {
  if (anchor.kind === 'name-and-key') return equalBytes(anchor.publicKey.spki, other.spki);
  const { certificate } = anchor;
  return (
    equalBytes(certificate.der, other.der) || (isCurrent(certificate, at) && equalBytes(certificate.spki, other.spki))
  );
}

function certificateOf(anchor: TrustAnchor): readonly Certificate[] {
  return anchor.kind === 'certificate' ? [anchor.certificate] : [];
}

function anchorName(anchor: TrustAnchor): Name {
  return anchor.kind === 'certificate' ? anchor.certificate.subject : anchor.name;
}

function anchorNameDer(anchor: TrustAnchor): Uint8Array {
  return anchor.kind === 'certificate' ? anchor.certificate.subjectDer : anchor.name.der;
}

function namesIssuer(certificate: Certificate, subject: Name, subjectDer: Uint8Array): boolean {
  return equalBytes(certificate.issuerDer, subjectDer) || sameName(certificate.issuer, subject);
}

/** 2: the key identifiers agree; 0: they differ; 1: one is absent or does not decode. */
function keyHint(certificate: Certificate, issuer: Certificate): number {
  const wanted = identifierOrAbsent(() => certificate.authorityKeyIdentifier?.keyIdentifier);
  const has = identifierOrAbsent(() => issuer.subjectKeyIdentifier);
  if (wanted === undefined || has === undefined) return 1;
  return equalBytes(wanted, has) ? 2 : 0;
}

/** A hint that is malformed is no hint; whether it may be malformed is judged elsewhere. */
function identifierOrAbsent(read: () => Uint8Array | undefined): Uint8Array | undefined {
  try {
    return read();
  } catch (error) {
    if (isCodedError(error)) return undefined;
    throw error;
  }
}

function isCurrent(certificate: Certificate, at: Date): boolean {
  return certificate.notBefore.getTime() <= at.getTime() && at.getTime() <= certificate.notAfter.getTime();
}

function sortedDown<T>(items: readonly T[], score: (item: T) => number): readonly T[] {
  return items
    .map((item) => ({ item, value: score(item) }))
    .sort((a, b) => b.value - a.value)
    .map(({ item }) => item);
}
