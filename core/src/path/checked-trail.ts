import type { Certificate } from '../x509/index.ts';

/** One constraint that was asked of one certificate. */
export interface CheckedConstraint {
  readonly certificate: Certificate;
  readonly constraint: string;
  /** Where it is written. */
  readonly clause: string;
  readonly satisfied: boolean;
}

interface NamedConstraint {
  readonly name: string;
  readonly clause: string;
}

/** How far one certificate came through one list of constraints. */
interface Stretch {
  readonly certificate: Certificate;
  readonly constraints: readonly NamedConstraint[];
  /** The first ones that held; the next, where there is one, did not. */
  satisfied: number;
}

/** What was asked on a way, kept in few words and spelt out when somebody wants to read it. */
export class CheckedTrail {
  private readonly stretches: Stretch[] = [];

  enter(certificate: Certificate, constraints: readonly NamedConstraint[]): Stretch {
    const stretch = { certificate, constraints, satisfied: 0 };
    this.stretches.push(stretch);
    return stretch;
  }

  /** In the order in which they were asked; where the way failed, the broken one is last. */
  get constraints(): readonly CheckedConstraint[] {
    return this.stretches.flatMap(({ certificate, constraints, satisfied }) =>
      constraints
        .slice(0, satisfied + 1)
        .map(({ name, clause }, index) => ({ certificate, constraint: name, clause, satisfied: index < satisfied })),
    );
  }
}

/** Of a way that never reached an anchor. */
export const emptyTrail: CheckedTrail = new CheckedTrail();
