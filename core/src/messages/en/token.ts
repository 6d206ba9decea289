import type { tokenErrors } from '../../errors/rows/token.ts';
import type { WordsFor } from '../words.ts';

export const tokenWords = {
  ERR_TOKEN_PIN_INCORRECT: 'The PIN is wrong (tries left: {retriesLeft})',
  ERR_TOKEN_PIN_LOCKED: 'The PIN is locked: ask the issuing CA to unlock it',
  ERR_TOKEN_PIN_LENGTH: 'The PIN must have {min} to {max} characters',
  ERR_TOKEN_PIN_CHARACTERS: 'The PIN of this key is made of digits only',
  ERR_TOKEN_REMOVED: 'The key was removed: insert it and try again',
  ERR_TOKEN_HANDLE_STALE: 'The key handle is no longer valid, the device was unplugged: list the certificates again',
  ERR_TOKEN_NOT_FOUND: 'No key was found: insert one and try again',
  ERR_TOKEN_KEY_NOT_FOUND: 'The key or certificate was not found on the device',
  ERR_TOKEN_BUSY: 'The key is busy: try again in a moment',
  ERR_TOKEN_IN_USE: 'Another program of this computer, {program} (process {pid}), uses the key: try again in a moment',
  ERR_TOKEN_SESSION_CLOSED: 'The key session is closed: open it again',
  ERR_TOKEN_ALGORITHM_UNSUPPORTED: 'The device does not support {algorithm}',
  ERR_TOKEN_DATA_CORRUPT: 'The data on the device is corrupt',
  ERR_TOKEN_KEY_USAGE: 'The key may not be used for this, {required} is required',
  ERR_TOKEN_NATIVE_FAILURE: 'The device driver answered {api} {name}',
  ERR_TOKEN_CERTIFICATE_MISMATCH: 'The certificate does not belong to the key on the device; nothing was written',
  ERR_TOKEN_FULL: 'The device has no space left',
  ERR_TOKEN_PIN_WEAK: 'The new PIN is too simple or the factory PIN; choose another',
  ERR_TOKEN_UNBLOCK_REFUSED: "The CA's response does not answer this device's request; the PIN is unchanged",
  ERR_TOKEN_FILE_NOT_FOUND: 'There is no such file on the device',
} as const satisfies WordsFor<typeof tokenErrors>;
