import { CodedError } from '@onelock/core/errors';
import { dataKeyPurpose, deriveKey, unseal } from './token-cipher.ts';
import { type SoftTokenFile, softPinLength } from './token-file.ts';
import type { PresentToken, TokenFolder } from './token-folder.ts';
import { loadToken, replaceToken } from './token-store.ts';

/** A token whose keys can be used. */
export interface OpenedToken {
  readonly token: SoftTokenFile;
  /** 32 bytes, to be wiped by whoever holds it. */
  readonly dataKey: Uint8Array;
}

/**
 * Checks a PIN against a token. The try is written down before it is made, so that neither a crash nor a kill gives one
 * away; a right PIN gives all tries back. A copy of the file made before counts for itself: a file cannot prevent that.
 *
 * @throws {CodedError} ERR_TOKEN_PIN_LENGTH (not counted), ERR_TOKEN_PIN_INCORRECT { retriesLeft }, ERR_TOKEN_PIN_LOCKED,
 *   ERR_TOKEN_REMOVED, ERR_TOKEN_DATA_CORRUPT, ERR_TOKEN_NATIVE_FAILURE when the try cannot be written down (then
 *   nothing is checked)
 */
export async function checkPin(folder: TokenFolder, present: PresentToken, pin: Uint8Array): Promise<OpenedToken> {
  if (pin.length < softPinLength.min || pin.length > softPinLength.max)
    throw new CodedError('ERR_TOKEN_PIN_LENGTH', softPinLength);
  const { token } = loadToken(present.file);
  const { retriesLeft, retriesMax } = token.pin;
  if (retriesLeft === 0) throw new CodedError('ERR_TOKEN_PIN_LOCKED');
  writeRetries(folder, present, token, retriesLeft - 1);
  const dataKey = await openDataKey(token, pin);
  if (dataKey === null) {
    if (retriesLeft === 1) throw new CodedError('ERR_TOKEN_PIN_LOCKED');
    throw new CodedError('ERR_TOKEN_PIN_INCORRECT', { retriesLeft: retriesLeft - 1 });
  }
  try {
    writeRetries(folder, present, token, retriesMax);
  } catch (error) {
    dataKey.fill(0);
    throw error;
  }
  return { token, dataKey };
}

function writeRetries(folder: TokenFolder, present: PresentToken, token: SoftTokenFile, retriesLeft: number): void {
  const stay = folder.isPresent(present) ? folder.stayOf(present) : undefined;
  if (stay === undefined) throw new CodedError('ERR_TOKEN_REMOVED');
  const changed = { ...token, pin: { ...token.pin, retriesLeft } };
  folder.noteOwnChange(present, replaceToken(present.file, stay, changed));
}

async function openDataKey(token: SoftTokenFile, pin: Uint8Array): Promise<Uint8Array | null> {
  const pinKey = await deriveKey(token.kdf, pin);
  try {
    return unseal(pinKey, dataKeyPurpose(token.serialNumber), token.dataKey);
  } finally {
    pinKey.fill(0);
  }
}
