import type { Symptom } from './symptom.ts';

/** One row: this authority's messages show this symptom, and until then we read them by this rule. */
export interface Deviation {
  /** Whose messages: the certificate's issuer bears one of the texts in its organisation or common name; `any` is everybody. */
  readonly authority: { readonly name: string; readonly issuers: readonly string[] } | 'any';
  /** Not for issuers that bear one of these texts: they are held to rows of their own. */
  readonly except?: readonly string[] | undefined;
  readonly symptom: Symptom;
  /** What we do about it. */
  readonly rule: string;
  /** A message that shows it: a published vector (`gm-x509/…`) or a test of ours (`core/…`). */
  readonly vector: string;
  /** First and last day on which the rule holds, YYYY-MM-DD in UTC: a tolerance that nobody renews ends. */
  readonly since: string;
  readonly until: string;
}

/** A deviation that was seen and accepted, as a report counts it. */
export interface DeviationUse {
  readonly symptom: Symptom;
  /** Name of the authority that declared it, or `any`. */
  readonly authority: string;
  readonly until: string;
}
