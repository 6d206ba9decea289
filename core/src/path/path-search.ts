import { equalBytes } from '../bytes/index.ts';
import type { CryptoOps, PublicKey } from '../crypto/index.ts';
import { type Certificate, formatName } from '../x509/index.ts';
import { Budget } from './budget.ts';
import { Candidates } from './candidates.ts';
import { checkCriticalExtensions, checkIssuerRights, checkValidity } from './certificate-checks.ts';
import { CertificateSignatures } from './certificate-signature.ts';
import { checkPath } from './check-path.ts';
import { type CheckedTrail, emptyTrail } from './checked-trail.ts';
import type { PathInput, TrustAnchor } from './path-input.ts';
import type { PathAttempt } from './path-report.ts';
import { type PathProblem, problemOf, problemOfError } from './problem.ts';
import type { Profile } from './profile.ts';

export interface FoundPath {
  /** Leaf first, the anchor not included. */
  readonly chain: readonly Certificate[];
  readonly anchor: TrustAnchor;
  readonly policies: 'any' | readonly string[];
  readonly checked: CheckedTrail;
}

/**
 * Depth-first search from the leaf to an anchor, one issuer at a time, within a counted budget. A way that fails is
 * written down and the next one is tried, so a valid path is found if there is one among the candidates.
 */
export class PathSearch {
  readonly attempts: PathAttempt[] = [];
  readonly #input: PathInput;
  readonly #profile: Profile;
  readonly #budget: Budget;
  readonly #candidates: Candidates;
  readonly #signatures: CertificateSignatures;

  constructor(input: PathInput, profile: Profile, ops: CryptoOps) {
    this.#input = input;
    this.#profile = profile;
    this.#budget = new Budget(input.budget);
    this.#candidates = new Candidates(input);
    this.#signatures = new CertificateSignatures(ops, this.#budget, profile);
  }

  /** @throws {CodedError} ERR_PATH_BUDGET_EXCEEDED */
  run(): FoundPath | undefined {
    return this.#trustedLeaf() ?? this.#extend([this.#input.leaf]);
  }

  /** A leaf that is itself an anchor, byte for byte: trusted because somebody chose to, whoever issued it. */
  #trustedLeaf(): FoundPath | undefined {
    const { leaf, trustAnchors } = this.#input;
    const anchor = trustAnchors.find(
      (candidate) => candidate.kind === 'certificate' && equalBytes(candidate.certificate.der, leaf.der),
    );
    if (anchor === undefined) return undefined;
    const outcome = checkPath([], anchor, this.#input, this.#profile, this.#budget);
    if (outcome.problem === undefined) return { chain: [leaf], anchor, ...outcome };
    this.#record(outcome.problem, 1, true, outcome.checked);
    return undefined;
  }

  #extend(chain: readonly Certificate[]): FoundPath | undefined {
    const tail = chain.at(-1);
    if (tail === undefined) return undefined;
    let issuerFound = false;
    for (const anchor of this.#candidates.anchorsOf(tail)) {
      this.#budget.spend('steps');
      const step = this.#endAt(anchor, chain, tail);
      if (step === 'not-the-issuer') continue;
      issuerFound = true;
      if (step !== 'failed') return step;
    }
    for (const issuer of this.#candidates.certificatesOf(tail)) {
      this.#budget.spend('steps');
      const step = this.#goThrough(issuer, chain, tail);
      if (step === 'not-the-issuer') continue;
      issuerFound = true;
      if (step !== 'failed') return step;
    }
    if (!issuerFound) this.#record(this.#withoutIssuer(tail), chain.length, false);
    return undefined;
  }

  #endAt(anchor: TrustAnchor, chain: readonly Certificate[], tail: Certificate): Step {
    const link = this.#link(tail, anchor.kind === 'certificate' ? anchor.certificate : anchor);
    if (link === 'not-the-issuer') return link;
    if (link !== undefined) return this.#record(link, chain.length, true);
    const outcome = checkPath(chain, anchor, this.#input, this.#profile, this.#budget);
    if (outcome.problem !== undefined) return this.#record(outcome.problem, chain.length, true, outcome.checked);
    return { chain, anchor, policies: outcome.policies, checked: outcome.checked };
  }

  /** Nobody of that name; when somebody has the key it asks for, it is the names that do not chain. */
  #withoutIssuer(tail: Certificate): PathProblem {
    return this.#candidates.someoneHasKeyOfIssuer(tail)
      ? problemOf(tail, 'ERR_PATH_NAME_CHAINING')
      : unknownIssuer(tail);
  }

  #goThrough(issuer: Certificate, chain: readonly Certificate[], tail: Certificate): Step {
    if (chain.some((certificate) => isSameEntity(certificate, issuer))) return 'not-the-issuer';
    const problem = this.#intermediateProblem(issuer, chain);
    if (problem !== undefined) return this.#record(problem, chain.length, false);
    const link = this.#link(tail, issuer);
    if (link === 'not-the-issuer') return link;
    if (link !== undefined) return this.#record(link, chain.length, false);
    return this.#extend([...chain, issuer]) ?? 'failed';
  }

  #intermediateProblem(issuer: Certificate, chain: readonly Certificate[]): PathProblem | undefined {
    try {
      return this.#checkIntermediate(issuer, chain);
    } catch (error) {
      return problemOfError(error, issuer);
    }
  }

  /** What can be said of an intermediate before the rest of its path is known: cheaper than a signature. */
  #checkIntermediate(issuer: Certificate, chain: readonly Certificate[]): PathProblem | undefined {
    const below = [...chain.slice(1), issuer].filter((certificate) => !certificate.isSelfIssued).length;
    if (chain.length > this.#budget.depth)
      return { reason: { code: 'ERR_PATH_BUDGET_EXCEEDED', params: { limit: 'depth' } } };
    if (below > (this.#input.maxIntermediates ?? Number.POSITIVE_INFINITY))
      return problemOf(issuer, 'ERR_PATH_LENGTH_EXCEEDED');
    return checkValidity(issuer, this.#input.at) ?? checkIssuerRights(issuer) ?? checkCriticalExtensions(issuer);
  }

  /** Whether `tail` is signed by a key. A signature by another kind of key is another issuer's of the same name. */
  #link(tail: Certificate, issuer: { readonly publicKey: PublicKey }): PathProblem | 'not-the-issuer' | undefined {
    try {
      const outcome = this.#signatures.check(tail, issuer.publicKey);
      if (outcome === 'valid') return undefined;
      return outcome === 'other-issuer' ? 'not-the-issuer' : outcome;
    } catch (error) {
      return problemOfError(error, tail);
    }
  }

  #record(problem: PathProblem, length: number, anchored: boolean, checked: CheckedTrail = emptyTrail): 'failed' {
    this.attempts.push({ ...problem, length, anchored, checked });
    return 'failed';
  }
}

type Step = FoundPath | 'failed' | 'not-the-issuer';

/** The same name with the same key: going through it again proves nothing more. */
function isSameEntity(a: Certificate, b: Certificate): boolean {
  // The key first: it is short, and a name may be as long as a certificate can be.
  return equalBytes(a.spki, b.spki) && equalBytes(a.subjectDer, b.subjectDer);
}

function unknownIssuer(certificate: Certificate): PathProblem {
  return { reason: { code: 'ERR_PATH_UNKNOWN_ISSUER', params: { issuer: formatName(certificate.issuer) } } };
}
