import type { CryptoOps } from '@onelock/core/crypto';
import type { AnswerWords, PathQuestion } from './path-question.ts';

/** Published suites whose runner exists. */
export const suiteNames = ['wycheproof', 'limbo', 'bettertls', 'openssl-verify', 'pkits', 'ocsp', 'fuzz'] as const;
export type SuiteName = (typeof suiteNames)[number];

/** Suites that design names and that have no runner yet. */
export const plannedSuiteNames = ['ofd', 'pdf'] as const;

export type CaseOutcome = 'passed' | 'failed' | 'skipped';

/** One line of the report; `expected` and `got` are in the suite's own words. */
export interface CaseResult {
  readonly id: string;
  readonly expected: string;
  readonly got: string;
  readonly outcome: CaseOutcome;
  readonly reason: string;
}

export interface SuiteReport {
  readonly suite: SuiteName;
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
  readonly cases: readonly CaseResult[];
}

/** What running a case gives. Deciding whether that is right is not the case's business, except where both are. */
export type CaseAnswer =
  | { readonly kind: 'answered'; readonly got: string; readonly reason: string }
  | { readonly kind: 'skipped'; readonly reason: string };

export interface SuiteCase {
  readonly id: string;
  readonly expected: string;
  /** Answers that count as right; one, except where the suite leaves the choice. */
  readonly accepted: readonly string[];
  run(ops: CryptoOps): CaseAnswer;
  /** The same as a question about a certificate, for a case that is one: it can be put to a service over HTTP. */
  readonly question?: { readonly question: PathQuestion; readonly words: AnswerWords };
  /** Why the case is not asked at all. */
  readonly exempt?: string;
}

export interface Suite {
  readonly name: SuiteName;
  /**
   * Reads a file, or every file of the suite's form in a folder.
   *
   * @throws {CodedError} ERR_CLI_FILE_UNREADABLE, ERR_SUITE_FORMAT (a field that the runner does not know, too)
   */
  open(target: string): readonly SuiteCase[];
}
