export type { Indication, Need, Reason, Verdict, VerdictSubject } from './verdict.ts';
