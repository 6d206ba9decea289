export { type BudgetItem, type BudgetLimits, defaultBudget } from './budget.ts';
export type { KeyUsageName, PathInput, PeerName, TrustAnchor } from './path-input.ts';
export type { PathAttempt, PathReport } from './path-report.ts';
export type { PolicyRequirements } from './policy-requirements.ts';
export type { AlgorithmPolicy, CertificateRule, LeafUsage, Profile, ProfileName } from './profile.ts';
export { validatePath } from './validate-path.ts';
