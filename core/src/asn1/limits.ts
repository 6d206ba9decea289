/** What a reader will not go beyond. The defaults suit untrusted input; raise one only where a format needs it. */
export interface DerLimits {
  /** Bytes of the whole input. */
  readonly maxLength: number;
  /** Levels of nesting, where the outermost value is level 1. */
  readonly maxDepth: number;
  /** Values visited, of every level together. */
  readonly maxNodes: number;
}

export const defaultDerLimits: DerLimits = { maxLength: 16 * 1024 * 1024, maxDepth: 64, maxNodes: 100_000 };

/** Counts the values read from one input, whoever reads them. */
export interface DerBudget {
  readonly limits: DerLimits;
  nodes: number;
}
