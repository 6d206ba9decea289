import { CodedError } from '@onelock/core/errors';
import type { SoftTokenContents } from './soft-token.ts';

/**
 * Writes a new token file: keys encrypted under the PIN, certificates in the clear.
 *
 * @throws {CodedError} ERR_TOKEN_PIN_LENGTH, ERR_CRYPTO_KEY_INVALID when a key and its certificate do not belong together
 */
export async function createSoftToken(_contents: SoftTokenContents): Promise<void> {
  throw new CodedError('ERR_TOKEN_NATIVE_FAILURE', { api: 'soft', name: 'not built yet' });
}
