import { CodedError } from '@onelock/core/errors';
import type { Pkcs11TokenContents, ProvisionedPkcs11Token } from './provisioning.ts';

/**
 * Makes a token: initialises a free slot, sets both PINs, writes keys and certificates.
 *
 * @throws {CodedError} ERR_DRIVER_NOT_INSTALLED, ERR_TOKEN_NATIVE_FAILURE
 */
export async function provisionPkcs11Token(contents: Pkcs11TokenContents): Promise<ProvisionedPkcs11Token> {
  throw new CodedError('ERR_DRIVER_NOT_INSTALLED', { driver: contents.library, detail: 'not built yet' });
}
