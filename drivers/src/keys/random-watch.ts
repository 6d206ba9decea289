import { equalBytes } from '@onelock/core/bytes';
import { CodedError } from '@onelock/core/errors';

/** Fewer may be alike by chance. */
const tellingBytes = 8;

/**
 * Sees that a token's generator is not broken so that anyone sees it: a library that says "done" and writes nothing, or gives the same
 * again and again (the continuous test of FIPS 140-2 §4.9.2). It proves no randomness.
 */
export class RandomWatch {
  #last: Uint8Array = new Uint8Array();

  /**
   * @param api  that gave them, e.g. `SKF_GenRandom`
   * @returns the bytes
   * @throws {CodedError} ERR_TOKEN_NATIVE_FAILURE
   */
  accept(api: string, bytes: Uint8Array): Uint8Array {
    if (bytes.length < tellingBytes) return bytes;
    const length = Math.min(bytes.length, this.#last.length);
    const isSame = length >= tellingBytes && equalBytes(bytes.subarray(0, length), this.#last.subarray(0, length));
    this.#last = bytes.slice(0, 2 * tellingBytes);
    if (!isSame && bytes.some((byte) => byte !== bytes[0])) return bytes;
    throw new CodedError('ERR_TOKEN_NATIVE_FAILURE', { api, name: 'NOT_RANDOM' });
  }
}
