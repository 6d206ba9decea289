import type { CryptoOps } from '@onelock/core/crypto';
import { isCodedError } from '@onelock/core/errors';
import type { KnownDifference } from './exceptions.ts';
import type { CaseAnswer, CaseResult, SuiteCase } from './suite.ts';

/** Runs one case and holds its answer against what the suite expects and what is known to differ. */
export function judgeCase(
  suiteCase: SuiteCase,
  ops: CryptoOps,
  differences: ReadonlyMap<string, KnownDifference>,
): CaseResult {
  let answer: CaseAnswer;
  try {
    answer = suiteCase.run(ops);
  } catch (error) {
    const said = isCodedError(error) ? `${error.code} ${JSON.stringify(error.params)}` : String(error);
    return { id: suiteCase.id, expected: suiteCase.expected, got: 'crashed', outcome: 'failed', reason: said };
  }
  return weigh(suiteCase, answer, differences.get(suiteCase.id));
}

/** Holds an answer, wherever it came from, against the case and the known difference. */
export function weigh(suiteCase: SuiteCase, answer: CaseAnswer, difference: KnownDifference | undefined): CaseResult {
  const { id, expected, accepted } = suiteCase;
  if (answer.kind === 'skipped') return { id, expected, got: '', outcome: 'skipped', reason: answer.reason };
  const { got, reason } = answer;
  const agrees = accepted.includes(got);
  if (difference === undefined) return { id, expected, got, outcome: agrees ? 'passed' : 'failed', reason };
  if (agrees) {
    return { id, expected, got, outcome: 'failed', reason: 'passes although a difference is on record: strike it out' };
  }
  if (difference.got !== got) return { id, expected, got, outcome: 'failed', reason };
  // Neither agreed with nor overlooked: the counts of passed and failed stay what they would be without this case.
  return { id, expected, got, outcome: 'skipped', reason: `known difference: ${difference.reason}` };
}
