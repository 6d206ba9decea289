/** `ok`; `missing`: something optional is not there and one function with it; `problem`: the product will not work. */
export type FindingState = 'ok' | 'missing' | 'problem';

/** One line of the doctor's list: what was looked at, what was found, and how to mend it. */
export interface Finding {
  readonly id: string;
  readonly state: FindingState;
  readonly zh: { readonly title: string; readonly found: string; readonly fix?: string };
  readonly en: { readonly title: string; readonly found: string; readonly fix?: string };
}
