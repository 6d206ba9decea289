import type { cryptoErrors } from '../../errors/rows/crypto.ts';
import type { WordsFor } from '../words.ts';

export const cryptoWords = {
  ERR_CRYPTO_ALGORITHM_UNSUPPORTED: 'The algorithm {algorithm} is not supported',
  ERR_CRYPTO_KEY_INVALID: 'The key is not valid: {detail}',
  ERR_CRYPTO_SELF_TEST_FAILED: 'The cryptographic engine {engine} failed its self-test and is disabled',
  ERR_CRYPTO_DIGEST_LENGTH: 'A digest of {expected} bytes was expected, not {actual}',
  ERR_CRYPTO_CIPHERTEXT_INVALID: 'The data cannot be decrypted: it was changed, cut, or made for another key',
  ERR_CRYPTO_PLAINTEXT_EMPTY: 'There is nothing to encrypt: the plaintext is empty',
  ERR_CRYPTO_PARAMETER_INVALID: 'The parameter {parameter} does not allow {value}',
} as const satisfies WordsFor<typeof cryptoErrors>;
