import { CodedError } from '@onelock/core/errors';
import { checkPin, demandPinLength, type OpenedToken, writeToken } from './check-pin.ts';
import { dataKeyPurpose, deriveKey, newKdf, seal } from './token-cipher.ts';
import type { SoftTokenFile } from './token-file.ts';
import type { PresentToken, TokenFolder } from './token-folder.ts';

/**
 * Sets a new user PIN for one that was shown, or for the administrator's.
 *
 * @throws {CodedError} as checkPin; a new PIN of impossible length costs no try
 */
export async function replacePin(
  folder: TokenFolder,
  present: PresentToken,
  proof: { readonly role: 'user' | 'admin'; readonly pin: Uint8Array },
  newPin: Uint8Array,
): Promise<void> {
  demandPinLength(newPin);
  const opened = await checkPin(folder, present, proof.pin, proof.role);
  try {
    await setPin(folder, present, opened, newPin);
  } finally {
    opened.dataKey.fill(0);
  }
}

/** Puts the data key under a new PIN and gives all tries back. @throws {CodedError} ERR_TOKEN_REMOVED */
export async function setPin(
  folder: TokenFolder,
  present: PresentToken,
  { token, dataKey }: OpenedToken,
  newPin: Uint8Array,
): Promise<void> {
  const kdf = newKdf();
  const pinKey = await deriveKey(kdf, newPin);
  try {
    const changed: SoftTokenFile = {
      ...token,
      pin: { ...token.pin, retriesLeft: token.pin.retriesMax, isDefault: false },
      kdf,
      dataKey: seal(pinKey, dataKeyPurpose(token.serialNumber), dataKey),
    };
    if (present.removed.aborted) throw new CodedError('ERR_TOKEN_REMOVED');
    writeToken(folder, present, changed);
  } finally {
    pinKey.fill(0);
  }
}
