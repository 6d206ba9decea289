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
  const signature = encodedSignature(group, key, test);
  const valid = signature !== undefined && ops.verify(key, algorithm, fromHex(test.msg), signature);
  return { kind: 'answered', got: valid ? 'valid' : 'invalid', reason: explain(test) };
}

/** What the suite says about a test, for the report. */
export function explain(test: Pick<SignatureTest, 'comment' | 'flags' | 'result'>): string {
  const about = [test.comment, ...test.flags].filter((part) => part !== '').join(', ');
  return test.result === 'acceptable' ? `the suite leaves the choice: ${about}` : about;
}

/** IEEE P1363 signatures are r ‖ s, the form of tokens; `CryptoOps` takes DER. Undefined: not even encoded as a signature. */
function encodedSignature(group: SignatureGroup, key: PublicKey, test: SignatureTest): Uint8Array | undefined {
  const signature = fromHex(test.sig);
  if (group.type !== 'EcdsaP1363Verify' || key.kind !== 'ec') return signature;
  try {
    return encodeEcdsaSignature(signature, key.curve);
  } catch (error) {
    if (isCodedError(error) && error.code === 'ERR_SIGNATURE_ENCODING_INVALID') return undefined;
    throw error;
  }
}
