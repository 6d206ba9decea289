export { conformanceCases } from './cases/index.ts';
export { clauseOf, type Topic } from './clauses.ts';
export type { CaseOutcome, CaseProblem, CaseReport, ConformanceCase } from './conformance-case.ts';
export { type MatrixColumn, showMatrix } from './matrix.ts';
export { type ConformanceReport, runCase, runConformance } from './run-conformance.ts';
export { showCase, showConformance } from './show-report.ts';
export type { ConformanceSubject, Hands, Permission, SecondDevice } from './subject.ts';
export type { TwoWords } from './words.ts';
