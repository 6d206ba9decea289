import type { cryptoErrors } from '../../errors/rows/crypto.ts';
import type { WordsFor } from '../words.ts';

export const cryptoWords = {
  ERR_CRYPTO_ALGORITHM_UNSUPPORTED: 'The algorithm {algorithm} is not supported',
  ERR_CRYPTO_KEY_INVALID: 'The key is not valid: {detail}',
  ERR_CRYPTO_SELF_TEST_FAILED: 'The cryptographic engine {engine} failed its self-test and is disabled',
} as const satisfies WordsFor<typeof cryptoErrors>;
