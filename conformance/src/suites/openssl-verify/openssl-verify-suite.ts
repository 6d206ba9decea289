import { readFileSync } from 'node:fs';
import { decodePem, equalBytes, fromHex } from '@onelock/core/bytes';
import { sm2DefaultUserId } from '@onelock/core/crypto';
import { CodedError } from '@onelock/core/errors';
import { type AnswerWords, askHere, type PathQuestion } from '../path-question.ts';
import type { Suite, SuiteCase } from '../suite.ts';
import { readSuiteFiles, requireForm } from '../suite-files.ts';
import {
  type OpensslVerifyCase,
  type OpensslVerifyFile,
  opensslVerifyValidator,
  type Purpose,
} from './openssl-verify-form.ts';

const words: AnswerWords = { accepted: 'SUCCESS', refused: 'FAILURE' };

/** A case that only OpenSSL's own options decide: which, and why it is not ours. */
interface Exemption {
  readonly id: string;
  readonly option: string;
  readonly reason: string;
}

/** conformance/exceptions/openssl-verify.exempt.json */
export function loadExemptions(): readonly Exemption[] {
  const file = new URL('../../../exceptions/openssl-verify.exempt.json', import.meta.url);
  return JSON.parse(readFileSync(file, 'utf8')) as readonly Exemption[];
}

/** OpenSSL's own tests of `openssl verify`; what its options mean is mapped to inputs of ours, or the case is exempt. */
export const opensslVerifySuite: Suite = {
  name: 'openssl-verify',
  open: (target) => {
    const files = readSuiteFiles(target);
    if (files.length === 0) throw new CodedError('ERR_SUITE_FORMAT', { file: target, field: 'cases' });
    const exempt = new Map(loadExemptions().map((exemption) => [exemption.id, exemption]));
    const now = new Date();
    return files.flatMap(({ file, json }) => {
      requireForm(opensslVerifyValidator, json, file);
      const suite = json as OpensslVerifyFile;
      return suite.cases.map((testCase) => suiteCase(testCase, suite, exempt.get(testCase.id), file, now));
    });
  },
};

function suiteCase(
  testCase: OpensslVerifyCase,
  suite: OpensslVerifyFile,
  exemption: Exemption | undefined,
  file: string,
  now: Date,
): SuiteCase {
  const { id, expected } = testCase;
  const head = { id, expected, accepted: [expected] };
  if (exemption !== undefined) {
    const reason = `needs ${exemption.option}: ${exemption.reason}`;
    return { ...head, exempt: reason, run: () => ({ kind: 'skipped', reason }) };
  }
  const question = questionOf(testCase, suite, file, now);
  return { ...head, question: { question, words }, run: (ops) => askHere(question, words, ops) };
}

type Use = Pick<PathQuestion, 'profile' | 'extendedKeyUsage'>;

/** `-purpose`: whom the certificate is for. Two purposes are profiles of ours, two a key purpose. */
const uses: Readonly<Record<Purpose, Use>> = {
  '': { profile: 'rfc5280' },
  sslserver: { profile: 'rfc5280', extendedKeyUsage: ['1.3.6.1.5.5.7.3.1'] },
  sslclient: { profile: 'rfc5280', extendedKeyUsage: ['1.3.6.1.5.5.7.3.2'] },
  timestampsign: { profile: 'time-stamping' },
  codesign: { profile: 'code-signing' },
};

function questionOf(testCase: OpensslVerifyCase, suite: OpensslVerifyFile, file: string, now: Date): PathQuestion {
  const bytesOf = (name: string): readonly Uint8Array[] =>
    (suite.certificates[name] ?? []).flatMap((pem) => decodePem(pem).map(({ bytes }) => bytes));
  const [certificate] = bytesOf(testCase.cert);
  if (certificate === undefined) throw new CodedError('ERR_SUITE_FORMAT', { file, field: testCase.cert });
  return {
    certificate,
    intermediates: testCase.untrusted.flatMap(bytesOf),
    trustAnchors: testCase.trusted.flatMap(bytesOf),
    at: now,
    revocation: 'none',
    ...uses[testCase.purpose],
    ...inputsOf(testCase, file),
  };
}

type Inputs = { -readonly [Field in keyof PathQuestion]?: PathQuestion[Field] };

/** @throws {CodedError} ERR_SUITE_FORMAT for an option that is neither mapped here nor exempt */
function inputsOf({ opts, id }: OpensslVerifyCase, file: string): Inputs {
  const left = [...opts];
  const inputs: Inputs = {};
  for (let option = left.shift(); option !== undefined; option = left.shift()) {
    if (ignored.has(option)) continue;
    if (option === '-x509_strict') inputs.profile = 'rfc5280-strict';
    else if (option === '-explicit_policy') inputs.policies = { ...inputs.policies, explicit: true };
    else if (option === '-verify_depth') inputs.maxIntermediates = Number(left.shift());
    else if (option === '-policy') inputs.policies = { ...inputs.policies, acceptable: [left.shift() ?? ''] };
    else if (!isOurDefault(option, left.shift() ?? '')) throw unknownOption(file, id, option);
  }
  return inputs;
}

/**
 * `-partial_chain`: whatever the caller trusts ends a path here. `-policy_check`: policies are always processed.
 * `-allow_proxy_certs`: proxy certificates (RFC 3820) are never allowed here, and the case expects a refusal.
 */
const ignored: ReadonlySet<string> = new Set(['-partial_chain', '-policy_check', '-allow_proxy_certs']);

function isOurDefault(option: string, value: string): boolean {
  if (option === '-auth_level') return value === '1';
  return option === '-sm2-hex-id' && equalBytes(fromHex(value), sm2DefaultUserId);
}

function unknownOption(file: string, id: string, option: string): CodedError {
  return new CodedError('ERR_SUITE_FORMAT', { file, field: `${id} ${option}` });
}
