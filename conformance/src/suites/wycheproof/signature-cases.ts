import { fromHex } from '@onelock/core/bytes';
import {
  type CryptoOps,
  encodeEcdsaSignature,
  type PublicKey,
  parsePublicKey,
  type SignatureAlgorithm,
} from '@onelock/core/crypto';
import { isCodedError } from '@onelock/core/errors';
import type { CaseAnswer, SuiteCase } from '../suite.ts';
import { groupAlgorithm } from './signature-algorithm.ts';
import type { SignatureGroup, SignatureTest } from './wycheproof-form.ts';

/** The tests of one group as cases. `acceptable` leaves the choice to us, and the report says which one we made. */
export function signatureCases(file: string, group: SignatureGroup): readonly SuiteCase[] {
  const wanted = groupAlgorithm(group);
  return group.tests.map((test) => ({
    id: `${file}::${test.tcId}`,
    expected: test.result,
    accepted: test.result === 'acceptable' ? ['valid', 'invalid'] : [test.result],
    run: (ops) =>
      'unsupported' in wanted
        ? { kind: 'skipped', reason: wanted.unsupported }
        : answer(ops, group, wanted.algorithm, test),
  }));
}

function answer(ops: CryptoOps, group: SignatureGroup, algorithm: SignatureAlgorithm, test: SignatureTest): CaseAnswer {
  const key = parsePublicKey(fromHex(group.publicKeyDer));
  const valid = verifies(ops, key, algorithm, test, group.type === 'EcdsaP1363Verify');
  return { kind: 'answered', got: valid ? 'valid' : 'invalid', reason: explain(test) };
}

function explain(test: SignatureTest): string {
  const about = [test.comment, ...test.flags].filter((part) => part !== '').join(', ');
  return test.result === 'acceptable' ? `the suite leaves the choice: ${about}` : about;
}

/** A signature that is not even encoded as one is invalid, like one that does not verify. */
function verifies(
  ops: CryptoOps,
  key: PublicKey,
  algorithm: SignatureAlgorithm,
  test: SignatureTest,
  p1363: boolean,
): boolean {
  try {
    const raw = fromHex(test.sig);
    return ops.verify(key, algorithm, fromHex(test.msg), p1363 ? encodeEcdsaSignature(raw) : raw);
  } catch (error) {
    if (isCodedError(error) && error.code === 'ERR_SIGNATURE_ENCODING_INVALID') return false;
    throw error;
  }
}
