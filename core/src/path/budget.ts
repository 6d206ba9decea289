import { CodedError } from '../errors/index.ts';

/** How much work one path validation may cost; the defaults are far above any honest hierarchy. */
export interface BudgetLimits {
  /** Signature verifications (each pair of certificate and issuer key is verified once). */
  readonly signatures: number;
  /** Steps of the search: one for each candidate issuer looked at. */
  readonly steps: number;
  /** Certificates between leaf and anchor. */
  readonly depth: number;
  /** Comparisons of one name with one constraint. */
  readonly nameComparisons: number;
}

export const defaultBudget: BudgetLimits = { signatures: 64, steps: 4096, depth: 16, nameComparisons: 250_000 };

export type BudgetItem = keyof BudgetLimits;

/** Counts up. Running out ends the whole validation, whatever branch it happens in. */
export class Budget {
  readonly #limits: BudgetLimits;
  readonly #spent: Record<BudgetItem, number> = { signatures: 0, steps: 0, depth: 0, nameComparisons: 0 };

  constructor(limits?: Partial<BudgetLimits>) {
    this.#limits = limits === undefined ? defaultBudget : { ...defaultBudget, ...limits };
  }

  /** @throws {CodedError} ERR_PATH_BUDGET_EXCEEDED { limit } */
  spend(item: BudgetItem, amount = 1): void {
    this.#spent[item] += amount;
    if (this.#spent[item] > this.#limits[item]) throw new CodedError('ERR_PATH_BUDGET_EXCEEDED', { limit: item });
  }

  get depth(): number {
    return this.#limits.depth;
  }
}
