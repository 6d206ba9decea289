import { askService, type ServiceUnderTest } from './ask-service.ts';
import { loadKnownDifferences } from './exceptions.ts';
import { weigh } from './judge-case.ts';
import { suiteByName } from './registry.ts';
import { countOutcomes } from './run-suite.ts';
import type { CaseResult, SuiteCase, SuiteName, SuiteReport } from './suite.ts';

/**
 * The same suite, put to a service over HTTP. Cases that are no question about a certificate are skipped; known
 * differences are the same as in process.
 *
 * @throws {CodedError} ERR_CLI_FILE_UNREADABLE, ERR_SUITE_FORMAT
 */
export async function runSuiteOnService(
  suite: SuiteName,
  target: string,
  service: ServiceUnderTest,
): Promise<SuiteReport> {
  const differences = loadKnownDifferences(suite);
  const results: CaseResult[] = [];
  for (const suiteCase of suiteByName(suite).open(target)) {
    results.push(await judgeOnService(suiteCase, service, differences));
  }
  return { suite, ...countOutcomes(results), cases: results };
}

async function judgeOnService(
  suiteCase: SuiteCase,
  service: ServiceUnderTest,
  differences: ReturnType<typeof loadKnownDifferences>,
): Promise<CaseResult> {
  const { id, expected } = suiteCase;
  if (suiteCase.question === undefined) {
    const reason = suiteCase.exempt ?? 'no question that the service is asked';
    return { id, expected, got: '', outcome: 'skipped', reason };
  }
  const { question, words } = suiteCase.question;
  try {
    return weigh(suiteCase, await askService(question, words, service), differences.get(id));
  } catch (error) {
    return { id, expected, got: 'crashed', outcome: 'failed', reason: String(error) };
  }
}
