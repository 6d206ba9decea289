import type { ErrorParams } from '@onelock/core/errors';
import type { Topic } from './clauses.ts';
import type { Trial } from './trial.ts';
import type { TwoWords } from './words.ts';

/** One thing that every driver owes, whatever its family. */
export interface ConformanceCase {
  readonly id: string;
  readonly title: TwoWords;
  /** Stands for the case where no single check failed. */
  readonly topic: Topic;
  /** Default true: it unlocks the device. */
  readonly needsPin?: false | undefined;
  /** Returns when all is well; throws {@link Departure}, {@link Unsupported}, or what the driver threw. */
  run(trial: Trial): Promise<void>;
}

export type CaseOutcome =
  | { readonly outcome: 'passed' }
  /** The device says that it does not do this, or nothing to try it with is there. */
  | { readonly outcome: 'unsupported'; readonly reason: TwoWords }
  | { readonly outcome: 'failed'; readonly problem: CaseProblem };

export interface CaseProblem {
  /** What was found instead of what the clause asks. */
  readonly found: TwoWords;
  /** The code that the driver gave, where one was given. */
  readonly code: string | null;
  readonly params: ErrorParams;
  /** What the vendor's own interface said, e.g. `SKF SAR_FAIL 0x0a000001`. */
  readonly native: string | null;
}

export type CaseReport = CaseOutcome & {
  readonly id: string;
  readonly title: TwoWords;
  /** Of the check that failed, else of the case. */
  readonly clause: string;
  readonly milliseconds: number;
  /** What was seen beside the outcome: speeds, and parts that were not tried. */
  readonly notes: readonly TwoWords[];
};

/** The driver did something else than its clause asks. */
export class Departure extends Error {
  readonly found: TwoWords;

  constructor(found: TwoWords) {
    super(found.en);
    this.name = 'Departure';
    this.found = found;
  }
}

/** The case cannot be tried here, and that is no fault. */
export class Unsupported extends Error {
  readonly reason: TwoWords;

  constructor(reason: TwoWords) {
    super(reason.en);
    this.name = 'Unsupported';
    this.reason = reason;
  }
}
