import { CodedError } from '@onelock/core/errors';
import type { PinRole } from '../port/index.ts';
import { dataKeyPurpose, deriveKey, unseal } from './token-cipher.ts';
import { type Sealed, type SoftTokenFile, softPinLength } from './token-file.ts';
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
 *   ERR_TOKEN_REMOVED, ERR_TOKEN_DATA_CORRUPT, ERR_CALL_UNSUPPORTED when the token has no such PIN,
 *   ERR_TOKEN_NATIVE_FAILURE when the try cannot be written down (then nothing is checked)
 */
export async function checkPin(
  folder: TokenFolder,
  present: PresentToken,
  pin: Uint8Array,
  role: PinRole = 'user',
): Promise<OpenedToken> {
  demandPinLength(pin);
  const { token } = loadToken(present.file);
  const { retriesLeft, retriesMax } = lockOf(token, role);
  if (retriesLeft === 0) throw new CodedError('ERR_TOKEN_PIN_LOCKED');
  writeToken(folder, present, withRetries(token, role, retriesLeft - 1));
  const dataKey = await openDataKey(token, pin, role);
  if (dataKey === null) {
    if (retriesLeft === 1) throw new CodedError('ERR_TOKEN_PIN_LOCKED');
    throw new CodedError('ERR_TOKEN_PIN_INCORRECT', { retriesLeft: retriesLeft - 1 });
  }
  try {
    const restored = withRetries(token, role, retriesMax);
    writeToken(folder, present, restored);
    return { token: restored, dataKey };
  } catch (error) {
    dataKey.fill(0);
    throw error;
  }
}

/** @throws {CodedError} ERR_TOKEN_PIN_LENGTH */
export function demandPinLength(pin: Uint8Array): void {
  if (pin.length < softPinLength.min || pin.length > softPinLength.max)
    throw new CodedError('ERR_TOKEN_PIN_LENGTH', softPinLength);
}

/** Replaces what a present token holds. @throws {CodedError} ERR_TOKEN_REMOVED, ERR_TOKEN_NATIVE_FAILURE */
export function writeToken(folder: TokenFolder, present: PresentToken, token: SoftTokenFile): void {
  const stay = folder.isPresent(present) ? folder.stayOf(present) : undefined;
  if (stay === undefined) throw new CodedError('ERR_TOKEN_REMOVED');
  folder.noteOwnChange(present, replaceToken(present.file, stay, token));
}

interface PinLock {
  readonly retriesMax: number;
  readonly retriesLeft: number;
  readonly kdf: SoftTokenFile['kdf'];
  readonly dataKey: Sealed;
}

/** @throws {CodedError} ERR_CALL_UNSUPPORTED */
function lockOf(token: SoftTokenFile, role: PinRole): PinLock {
  if (role === 'user') return { ...token.pin, kdf: token.kdf, dataKey: token.dataKey };
  if (token.administrator === undefined) throw new CodedError('ERR_CALL_UNSUPPORTED', { call: 'unblockPin' });
  return token.administrator;
}

function withRetries(token: SoftTokenFile, role: PinRole, retriesLeft: number): SoftTokenFile {
  if (role === 'user') return { ...token, pin: { ...token.pin, retriesLeft } };
  return token.administrator === undefined
    ? token
    : { ...token, administrator: { ...token.administrator, retriesLeft } };
}

async function openDataKey(token: SoftTokenFile, pin: Uint8Array, role: PinRole): Promise<Uint8Array | null> {
  const { kdf, dataKey } = lockOf(token, role);
  const pinKey = await deriveKey(kdf, pin);
  try {
    return unseal(pinKey, dataKeyPurpose(token.serialNumber, role === 'user' ? 'user' : 'administrator'), dataKey);
  } finally {
    pinKey.fill(0);
  }
}
