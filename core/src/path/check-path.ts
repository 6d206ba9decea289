import type { Certificate } from '../x509/index.ts';
import { checkKeyStrength } from './algorithm-policy.ts';
import type { Budget } from './budget.ts';
import { CheckedTrail } from './checked-trail.ts';
import {
  acceptablePolicies,
  anchorConstraints,
  type Constraint,
  intermediateConstraints,
  leafConstraints,
  trustedLeafConstraints,
} from './constraints.ts';
import type { PathInput, TrustAnchor } from './path-input.ts';
import { initialState, type PathState } from './path-state.ts';
import { type PathProblem, problemOf, problemOfError } from './problem.ts';
import type { Profile } from './profile.ts';

/** What a whole path came to, and every constraint that was asked on the way, the broken one last. */
export type PathOutcome = { readonly checked: CheckedTrail } & (
  | { readonly problem: PathProblem }
  | { readonly problem: undefined; readonly policies: 'any' | readonly string[] }
);

/**
 * RFC 5280 §6.1 for one path whose names chain and whose signatures the builder has verified: everything else, from the
 * anchor's side to the leaf.
 *
 * @param chain leaf first, the anchor not included; empty for a leaf that is itself the anchor
 */
export function checkPath(
  chain: readonly Certificate[],
  anchor: TrustAnchor,
  input: PathInput,
  profile: Profile,
  budget: Budget,
): PathOutcome {
  return new PathCheck(chain, anchor, input, profile, budget).run();
}

class PathCheck {
  readonly #chain: readonly Certificate[];
  readonly #anchor: TrustAnchor;
  readonly #input: PathInput;
  readonly #profile: Profile;
  readonly #state: PathState;
  readonly #trail = new CheckedTrail();

  constructor(chain: readonly Certificate[], anchor: TrustAnchor, input: PathInput, profile: Profile, budget: Budget) {
    this.#chain = chain;
    this.#anchor = anchor;
    this.#input = input;
    this.#profile = profile;
    this.#state = initialState(chain.length, input.policies ?? {}, anchor.limits ?? {}, budget);
  }

  run(): PathOutcome {
    const problem = this.#chain.length === 0 ? this.#trustedLeaf() : (this.#fromAnchor() ?? this.#alongChain());
    if (problem !== undefined) return { problem, checked: this.#trail };
    return this.#finish();
  }

  #trustedLeaf(): PathProblem | undefined {
    return this.#ask(this.#input.leaf, trustedLeafConstraints);
  }

  #fromAnchor(): PathProblem | undefined {
    const anchor = this.#anchor;
    if (anchor.kind === 'certificate') return this.#ask(anchor.certificate, anchorConstraints);
    const child = this.#chain.at(-1);
    return child && checkKeyStrength(child, anchor.publicKey, this.#profile.algorithms);
  }

  #alongChain(): PathProblem | undefined {
    for (let index = this.#chain.length - 1; index >= 0; index--) {
      const certificate = this.#chain[index];
      if (certificate === undefined) continue;
      const problem = this.#ask(certificate, index === 0 ? leafConstraints : intermediateConstraints);
      if (problem !== undefined) return problem;
    }
    return undefined;
  }

  /** The first constraint of a list that a certificate breaks. */
  #ask(certificate: Certificate, constraints: readonly Constraint[]): PathProblem | undefined {
    const context = {
      certificate,
      selfIssued: certificate.isSelfIssued,
      state: this.#state,
      input: this.#input,
      profile: this.#profile,
    };
    const trail = this.#trail.enter(certificate, constraints);
    try {
      for (const constraint of constraints) {
        const problem = constraint.check(context);
        if (problem !== undefined) return problem;
        trail.satisfied++;
      }
      return undefined;
    } catch (error) {
      return problemOfError(error, certificate);
    }
  }

  /** §6.1.5 (a) (b) (g). */
  #finish(): PathOutcome {
    const { leaf } = this.#input;
    const outcome = this.#chain.length === 0 ? { policies: 'any' as const } : this.#state.policies.finish(leaf);
    this.#trail.enter(leaf, [acceptablePolicies]).satisfied = Number(outcome !== 'refused');
    return outcome === 'refused'
      ? { problem: problemOf(leaf, 'ERR_PATH_POLICY'), checked: this.#trail }
      : { problem: undefined, policies: outcome.policies, checked: this.#trail };
  }
}
