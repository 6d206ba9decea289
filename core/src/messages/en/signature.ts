import type { signatureErrors } from '../../errors/rows/signature.ts';
import type { WordsFor } from '../words.ts';

export const signatureWords = {
  ERR_SIGNATURE_INVALID: 'The signature value is wrong',
  ERR_SIGNATURE_ENCODING_INVALID: 'The signature value is wrongly encoded: {detail}',
  ERR_SIGNATURE_ALGORITHM_MISMATCH: 'The signature algorithm {algorithm} does not fit a {key} key',
  ERR_SIGNATURE_ALGORITHM_WEAK: 'The signature uses a weak algorithm, {algorithm}',
} as const satisfies WordsFor<typeof signatureErrors>;
