/** What a reader will not go beyond. The defaults suit untrusted input; raise one only where a format needs it. */
export interface DerLimits {
  /** Bytes of the whole input. */
  readonly maxLength: number;
  /** Levels of nesting, where the outermost value is level 1. */
  readonly maxDepth: number;
  /**
   * Values directly inside of one value; a walk of the whole tree counts those of every level together. Reading the same value
   * again costs nothing: a certificate may be asked the same question for years.
   */
  readonly maxNodes: number;
}

export const defaultDerLimits: DerLimits = { maxLength: 16 * 1024 * 1024, maxDepth: 64, maxNodes: 100_000 };
