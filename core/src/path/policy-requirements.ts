/** Inputs (c), (e), (f), (g) of RFC 5280 §6.1.1. */
export interface PolicyRequirements {
  /** user-initial-policy-set in dotted OIDs; `any` (the default) is anyPolicy. */
  readonly acceptable?: 'any' | readonly string[] | undefined;
  /** initial-explicit-policy: the path must be valid for at least one acceptable policy. */
  readonly explicit?: boolean | undefined;
  /** initial-policy-mapping-inhibit. */
  readonly inhibitMapping?: boolean | undefined;
  /** initial-any-policy-inhibit. */
  readonly inhibitAny?: boolean | undefined;
}
