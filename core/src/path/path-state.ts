import type { Budget } from './budget.ts';
import { NameConstraintSet } from './name-constraints.ts';
import type { AnchorLimits } from './path-input.ts';
import type { PolicyRequirements } from './policy-requirements.ts';
import { PolicyState } from './policy-state.ts';

/** What is carried from the anchor down to the leaf (RFC 5280 §6.1.2). */
export interface PathState {
  readonly constraints: NameConstraintSet;
  readonly policies: PolicyState;
  /** Intermediates that may still follow (max_path_length). */
  pathLength: number;
}

/** @param length  certificates in the path, the anchor not counted */
export function initialState(
  length: number,
  requirements: PolicyRequirements,
  limits: AnchorLimits,
  budget: Budget,
): PathState {
  const constraints = new NameConstraintSet(budget);
  constraints.add(limits.nameConstraints);
  return {
    constraints,
    policies: new PolicyState(length, requirements),
    pathLength: limits.pathLength ?? Number.POSITIVE_INFINITY,
  };
}
