import { CodedError } from '@onelock/core/errors';
import { callOnce } from '../process/call-once.ts';
import type { Pkcs11TokenContents, ProvisionedPkcs11Token } from './provisioning.ts';

const timeoutMs = 60_000;

/**
 * Makes a token: initialises a free slot, sets both PINs, writes keys and certificates. The library is loaded in a
 * process of its own, as in the driver.
 *
 * @throws {CodedError} ERR_DRIVER_NOT_INSTALLED, ERR_DRIVER_CRASHED, ERR_DRIVER_TIMEOUT, ERR_TOKEN_NATIVE_FAILURE,
 *   ERR_TOKEN_NOT_FOUND when no slot is free, ERR_CRYPTO_KEY_INVALID when a key is neither RSA nor P-256, or not the
 *   certificate's
 */
export async function provisionPkcs11Token(contents: Pkcs11TokenContents): Promise<ProvisionedPkcs11Token> {
  const answer = await callOnce({
    name: contents.label,
    entry: new URL(import.meta.url.endsWith('.ts') ? './provision-main.ts' : './provision-main.js', import.meta.url),
    environment: contents.environment ?? {},
    folder: contents.stateFolder,
    user: contents.user,
    request: contents,
    timeoutMs,
  });
  if (typeof answer === 'object' && answer !== null && 'serialNumber' in answer && 'label' in answer)
    return { serialNumber: String(answer.serialNumber), label: String(answer.label) };
  throw new CodedError('ERR_DRIVER_PROTOCOL', { driver: contents.label, detail: 'no token' });
}
