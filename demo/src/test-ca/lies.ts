/** Ways in which the test CA fails or lies when it is told to, so that others can be tried against it. */
export const lies = [
  ...(['delay', 'close', 'status-500', 'status-401', 'status-400', 'redirect', 'pending', 'oversize'] as const),
  ...(['garbage', 'empty', 'wrong-type', 'cut-short', 'signed-message'] as const),
  ...(['wrong-key', 'wrong-chain', 'wrong-company', 'wrong-code', 'no-code', 'wrong-usage', 'no-usage'] as const),
  ...(['too-long', 'expired', 'is-a-ca', 'two-certificates', 'no-certificate', 'another-answer'] as const),
  ...(['same-key', 'wrong-envelope', 'no-envelope'] as const),
] as const;
export type Lie = (typeof lies)[number];
