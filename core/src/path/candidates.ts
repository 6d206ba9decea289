import { equalBytes } from '../bytes/index.ts';
import { isCodedError } from '../errors/index.ts';
import { type Certificate, type Name, sameName } from '../x509/index.ts';
import type { PathInput, TrustAnchor } from './path-input.ts';

/**
 * Who may have issued a certificate, found by name and put in the order in which they are worth trying: anchors, which end the
 * path, and other certificates, which go on.
 */
export class Candidates {
  private readonly input: PathInput;
  // Answers given: a search comes back to the same certificate by many ways, and comparing names is its dearest part.
  private readonly anchors = new Map<Certificate, readonly TrustAnchor[]>();
  private others: Map<Certificate, readonly Certificate[]> | undefined;

  constructor(input: PathInput) {
    this.input = input;
  }

  /** Those to be tried first, as they end the path; by key identifier (a hint, RFC 5280 §4.2.1.1). */
  anchorsOf(certificate: Certificate): readonly TrustAnchor[] {
    let found = this.anchors.get(certificate);
    if (found === undefined) {
      const named = this.input.trustAnchors.filter((anchor) => sameName(certificate.issuer, anchorName(anchor)));
      found = sortedDown(named, (anchor) =>
        anchor.kind === 'certificate' ? keyHint(certificate, anchor.certificate) : 1,
      );
      this.anchors.set(certificate, found);
    }
    return found;
  }

  /** Those to be tried when no anchor leads on; by key identifier, by validity, younger first. */
  certificatesOf(certificate: Certificate): readonly Certificate[] {
    this.others ??= new Map();
    let found = this.others.get(certificate);
    if (found === undefined) {
      const { intermediates, at } = this.input;
      const anchors = this.anchorsOf(certificate);
      const named = intermediates.filter(
        (other) =>
          sameName(certificate.issuer, other.subject) && !anchors.some((anchor) => speaksFor(anchor, other, at)),
      );
      found = sortedDown(
        named.length < 2 ? named : named.sort((a, b) => b.notBefore.getTime() - a.notBefore.getTime()),
        (other) => keyHint(certificate, other) * 2 + Number(isCurrent(other, at)),
      );
      this.others.set(certificate, found);
    }
    return found;
  }

  /** Whether somebody known has the key identifier that a certificate names as its issuer's. */
  someoneHasKeyOfIssuer(certificate: Certificate): boolean {
    const { trustAnchors, intermediates } = this.input;
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
  if (items.length < 2) return items;
  return items
    .map((item) => ({ item, value: score(item) }))
    .sort((a, b) => b.value - a.value)
    .map(({ item }) => item);
}
