import { fromBase64 } from '@onelock/core/bytes';
import { CodedError } from '@onelock/core/errors';
import { type AnswerWords, askHere, type PathQuestion } from '../path-question.ts';
import type { Suite, SuiteCase } from '../suite.ts';
import { readSuiteFiles, requireForm } from '../suite-files.ts';
import { type BettertlsCase, type BettertlsFile, bettertlsValidator } from './bettertls-form.ts';

const words: AnswerWords = { accepted: 'ACCEPT', refused: 'REJECT' };
const serverAuth = '1.3.6.1.5.5.7.3.1';

/**
 * Netflix BetterTLS, https://bettertls.com: path building and name constraints as a client of TLS meets them. Put to
 * `rfc5280` with a server's name and purpose, for its certificates are not meant to follow the Baseline Requirements.
 */
export const bettertlsSuite: Suite = {
  name: 'bettertls',
  open: (target) => {
    const files = readSuiteFiles(target);
    if (files.length === 0) throw new CodedError('ERR_SUITE_FORMAT', { file: target, field: 'suites' });
    return files.flatMap(({ file, json }) => {
      requireForm(bettertlsValidator, json, file);
      const suite = json as BettertlsFile;
      const { nameconstraints, pathbuilding } = suite.suites;
      return [nameconstraints, pathbuilding].flatMap((part) =>
        (part?.testCases ?? []).map((testCase) => bettertlsCase(testCase, suite)),
      );
    });
  },
};

function bettertlsCase(testCase: BettertlsCase, { trustRoot, validationTime }: BettertlsFile): SuiteCase {
  const { suite, id, expected, failureIsWarning, hostname } = testCase;
  const [leaf = '', ...others] = testCase.certificates;
  const question: PathQuestion = {
    certificate: fromBase64(leaf),
    intermediates: others.map(fromBase64),
    trustAnchors: [fromBase64(trustRoot)],
    at: new Date(validationTime),
    profile: 'rfc5280',
    revocation: 'none',
    peerName: { kind: /^[0-9.]+$|:/.test(hostname) ? 'ip' : 'dns', value: hostname },
    extendedKeyUsage: [serverAuth],
  };
  return {
    id: `${suite}/${id}`,
    expected,
    accepted: failureIsWarning ? [words.accepted, words.refused] : [expected],
    question: { question, words },
    run: (ops) => askHere(question, words, ops),
  };
}
