export { type BudgetItem, type BudgetLimits, defaultBudget } from './budget.ts';
export type { CertificateRule } from './certificate-rules.ts';
export type { PathInput, PeerName, TrustAnchor } from './path-input.ts';
export type { PathAttempt, PathReport } from './path-report.ts';
export type { PolicyRequirements } from './policy-requirements.ts';
export type { AlgorithmPolicy, LeafUsage, Profile, ProfileName } from './profile.ts';
export { profiles } from './profiles.ts';
export { validatePath } from './validate-path.ts';
