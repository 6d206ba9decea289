import { createNodeCiphers } from '@onelock/core/crypto/node';
import { isCodedError } from '@onelock/core/errors';
import type { CaseAnswer, SuiteCase } from '../suite.ts';
import {
  aeadCheck,
  type Check,
  decryptOaepCheck,
  decryptPkcs1Check,
  type Engine,
  type GroupCheck,
  hkdfCheck,
  macCheck,
  pbeCheck,
  pbkdfCheck,
} from './cipher-checks.ts';
import type { CipherGroup } from './cipher-form.ts';
import { ecdhCheck, keyWrapCheck } from './key-wrap-checks.ts';
import { explain } from './signature-cases.ts';
import type { SignatureTest } from './wycheproof-form.ts';

/** The tests of one group as cases, as `signatureCases` does for signatures. */
export function cipherCases(file: string, algorithm: string, group: CipherGroup): readonly SuiteCase[] {
  switch (group.type) {
    case 'MacTest':
      return casesBy(file, group.tests, macCheck(algorithm, group));
    case 'HkdfTest':
      return casesBy(file, group.tests, hkdfCheck(algorithm));
    case 'PbkdfTest':
      return casesBy(file, group.tests, pbkdfCheck(algorithm));
    case 'PbeTest':
      return casesBy(file, group.tests, pbeCheck(algorithm));
    case 'AeadTest':
      return casesBy(file, group.tests, aeadCheck(algorithm, group));
    case 'RsaesOaepDecrypt':
      return casesBy(file, group.tests, decryptOaepCheck(group));
    case 'RsaesPkcs1Decrypt':
      return casesBy(file, group.tests, decryptPkcs1Check(group));
    case 'KeywrapTest':
      return casesBy(file, group.tests, keyWrapCheck(algorithm));
    case 'EcdhPemTest':
      return casesBy(file, group.tests, ecdhCheck(algorithm));
  }
}

type AnyTest = Pick<SignatureTest, 'tcId' | 'comment' | 'flags' | 'result'>;

function casesBy<Test extends AnyTest>(
  file: string,
  tests: readonly Test[],
  check: GroupCheck<Test>,
): readonly SuiteCase[] {
  return tests.map((test) => ({
    id: `${file}::${test.tcId}`,
    expected: test.result,
    accepted: test.result === 'acceptable' ? ['valid', 'invalid'] : [test.result],
    run: (ops) =>
      'unsupported' in check
        ? { kind: 'skipped', reason: `core does not do ${check.unsupported}` }
        : answer({ ops, ciphers: createNodeCiphers(ops) }, check, test),
  }));
}

function answer<Test extends AnyTest>(engine: Engine, check: Check<Test>, test: Test): CaseAnswer {
  try {
    const { valid, note } = check.run(engine, test);
    const reason = [explain(test), note].filter((part) => part !== undefined && part !== '').join('; ');
    return { kind: 'answered', got: valid ? 'valid' : 'invalid', reason };
  } catch (error) {
    if (!isCodedError(error) || !check.refusals.includes(error.code)) throw error;
    return { kind: 'answered', got: 'invalid', reason: `${explain(test)}; refused with ${error.code}` };
  }
}
