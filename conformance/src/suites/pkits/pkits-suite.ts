import { readFileSync } from 'node:fs';
import path from 'node:path';
import { CodedError, isCodedError } from '@onelock/core/errors';
import { parseCertificate } from '@onelock/core/x509';
import { type AnswerWords, askHere, type PathQuestion } from '../path-question.ts';
import type { Suite, SuiteCase } from '../suite.ts';
import { requireForm } from '../suite-files.ts';
import { type PkitsIndex, type PkitsTest, pkitsValidator } from './pkits-form.ts';

const words: AnswerWords = { accepted: 'VALID', refused: 'INVALID' };
const anyPolicy = '2.5.29.32.0';

/**
 * NIST PKITS and suites in its form: a folder with `certs`, `crls` and `pkits-index.json`. Every certificate that a test
 * names is a candidate; which of them make the path is ours to find.
 */
export const pkitsSuite: Suite = {
  name: 'pkits',
  open: (target) => {
    const folder = target.endsWith('.json') ? path.dirname(target) : target;
    const file = path.join(folder, 'pkits-index.json');
    const json: unknown = JSON.parse(Buffer.from(read(file)).toString('utf8'));
    requireForm(pkitsValidator, json, file);
    const { tests } = json as PkitsIndex;
    const seen = new Map<string, number>();
    return tests.map((test) => {
      const count = (seen.get(test.id) ?? 0) + 1;
      seen.set(test.id, count);
      return suiteCase(test, folder, count);
    });
  },
};

function suiteCase(test: PkitsTest, folder: string, count: number): SuiteCase {
  const head = {
    id: count === 1 ? test.id : `${test.id} (${count})`,
    expected: test.expected,
    accepted: [test.expected],
  };
  const question = questionOf(test, folder);
  const obstacle = unsupportedAlgorithm(question);
  if (obstacle !== undefined) return { ...head, exempt: obstacle, run: () => ({ kind: 'skipped', reason: obstacle }) };
  return { ...head, question: { question, words }, run: (ops) => askHere(question, words, ops) };
}

function questionOf(test: PkitsTest, folder: string): PathQuestion {
  const certificate = (name: string): Uint8Array => read(path.join(folder, 'certs', name));
  const [leaf = '', ...above] = test.chain_leaf_last.toReversed();
  return {
    certificate: certificate(leaf),
    intermediates: [...above, ...test.other_certs].map(certificate),
    trustAnchors: [certificate(test.trust_anchor)],
    crls: test.crls.map((name) => read(path.join(folder, 'crls', name))),
    at: new Date(test.validation_time),
    profile: 'rfc5280',
    revocation: test.revocation_required ? 'require' : 'none',
    policies: {
      acceptable: test.initial_policy_set.includes('anyPolicy')
        ? 'any'
        : test.initial_policy_set.map((policy) => (policy === 'anyPolicy' ? anyPolicy : policy)),
      explicit: test.initial_explicit_policy,
      inhibitMapping: test.initial_policy_mapping_inhibit,
      inhibitAny: test.initial_any_policy_inhibit,
    },
  };
}

/** DSA, which nobody here does: neither passed nor failed. */
function unsupportedAlgorithm({ certificate, intermediates }: PathQuestion): string | undefined {
  for (const der of [certificate, ...intermediates]) {
    try {
      const { publicKey } = parseCertificate(der);
      if (publicKey.kind === 'unsupported') return `an algorithm that core does not do: ${publicKey.algorithm}`;
    } catch (error) {
      if (!isCodedError(error)) throw error;
    }
  }
  return undefined;
}

function read(file: string): Uint8Array {
  try {
    return new Uint8Array(readFileSync(file));
  } catch (cause) {
    throw new CodedError('ERR_CLI_FILE_UNREADABLE', { file }, { cause });
  }
}
