import { audit } from './api.ts';

/** What became of a one-time code, as the log tells. */
export interface CodeUse {
  readonly sequence: number;
  readonly at: string;
  readonly what: 'issued' | 'redeemed' | 'refused';
  readonly actor: string;
  /** null where the log does not know: a wrong code is none. */
  readonly purpose: 'first-administrator' | 'break-glass' | null;
}

/** The newest of each sort, newest first. */
export async function codesOf(most: number): Promise<readonly CodeUse[]> {
  const asked = { actor: '', target: '', order: 'newest-first' } as const;
  const pages = await Promise.all(
    ['administrator-code.issue', 'administrator-code.redeem'].map((action) =>
      audit.list({ ...asked, action }, undefined, most),
    ),
  );
  return pages
    .flatMap(({ items }) => items)
    .map(({ sequence, at, action, actor, outcome, details }): CodeUse => {
      const { purpose } = details ?? {};
      const done = action === 'administrator-code.issue' ? 'issued' : 'redeemed';
      return {
        ...{ sequence, at, actor, what: outcome === 'refused' ? 'refused' : done },
        purpose: purpose === 'first-administrator' || purpose === 'break-glass' ? purpose : null,
      };
    })
    .toSorted((one, other) => other.sequence - one.sequence);
}
