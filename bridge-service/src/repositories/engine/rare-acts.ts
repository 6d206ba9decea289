/**
 * Acts of platforms, of which a log has millions. All others are few, and found by an index of their own: who looks for the three
 * break-glass log-ins of a year must not read the whole log. Part of a published migration: never changed.
 */
const frequentActs = [
  ...(['challenge.open', 'login.judge', 'login.give-up', 'login.continue', 'certificate.validate'] as const),
  ...(['certificate.prove', 'signature.verify', 'ticket.verify', 'timestamp.verify'] as const),
  ...(['timestamp.request', 'timestamp.issue'] as const),
] as const;

export const isRareAct = (action: string): boolean => !frequentActs.some((one) => one === action);

/** The condition of the index, and of every query that is to use it: both databases want it said in the same words. */
export const rareActsOnly = `not in (${frequentActs.map((one) => `'${one}'`).join(', ')})`;
