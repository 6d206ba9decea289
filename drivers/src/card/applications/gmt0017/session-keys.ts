import { concatBytes } from '@onelock/core/bytes';
import { decodeSm2Cipher, type Sm2Ciphertext } from '@onelock/core/crypto';
import { CodedError, isCodedError } from '@onelock/core/errors';
import { withoutBlockPadding } from '../../../keys/block-padding.ts';
import type { SealedContent } from '../../../port/index.ts';
import { brokenCard, cardFailure, SW_OK } from '../../apdu/index.ts';
import type { OpenContainer } from './containers.ts';
import type { GmChannel } from './gm-channel.ts';
import { blockCipherParameters } from './gm-numbers.ts';
import { gmCodes, SGD } from './instructions.ts';

/** Whole blocks a command; cards of this standard take a kilobyte and a little more. */
const step = 1024;
/** What a card may say of a ciphertext that is not for its key. */
const wrongCiphertext: ReadonlySet<number> = new Set([0x6a80, 0x6a9a, 0x6a9b, 0x6a98, 0x6f00, 0x6985]);

/**
 * Opens content under a content key that stays in the card: ImportSessionKey, DecryptInit, DecryptUpdate. No command of the
 * standard gives out what the container's own key decrypts.
 *
 * @throws {CodedError} ERR_ENVELOPE_CONTENT_INVALID, ERR_TOKEN_ALGORITHM_UNSUPPORTED
 */
export async function decryptInside(
  gm: GmChannel,
  container: OpenContainer,
  content: SealedContent,
): Promise<Uint8Array> {
  if (content.cipher !== 'sm4-cbc')
    throw new CodedError('ERR_TOKEN_ALGORITHM_UNSUPPORTED', { algorithm: content.cipher });
  const { ciphertext, iv, last } = content;
  if (ciphertext.length % 16 !== 0 || iv.length !== 16 || (last && ciphertext.length === 0)) throw invalid();
  return withSessionKey(gm, container, readCipher(content.encryptedKey), async (ids) => {
    const parameters = blockCipherParameters(gm.numbers, iv);
    await gm.demand('DecryptInit', { data: concatBytes(ids, gm.numbers.u32(SGD.SM4_CBC), parameters) });
    const parts: Uint8Array[] = [];
    for (let at = 0; at < ciphertext.length; at += step) {
      const part = ciphertext.subarray(at, at + step);
      const plain = await gm.demand('DecryptUpdate', { data: concatBytes(ids, part), le: 'most' });
      if (plain.length !== part.length) throw brokenCard('GM DecryptUpdate', `${plain.length} bytes`);
      parts.push(plain);
    }
    const plain = concatBytes(...parts);
    return last ? withoutBlockPadding(plain) : plain;
  });
}

async function withSessionKey<T>(
  gm: GmChannel,
  { ids }: OpenContainer,
  cipher: Sm2Ciphertext,
  act: (ids: Uint8Array) => Promise<T>,
): Promise<T> {
  const { u32 } = gm.numbers;
  const wrapped = encodeCipher(gm, cipher);
  const data = concatBytes(ids, u32(SGD.SM4_CBC), u32(wrapped.length), wrapped);
  const { data: key, sw } = await gm.send('ImportSessionKey', { data, le: 2 });
  if (wrongCiphertext.has(sw)) throw invalid();
  if (sw !== SW_OK) throw cardFailure('GM ImportSessionKey', sw, { codes: gmCodes });
  if (key.length < 2) throw brokenCard('GM ImportSessionKey', 'no key id');
  const keyIds = concatBytes(ids, key.subarray(0, 2));
  try {
    return await act(keyIds);
  } finally {
    await destroyQuietly(gm, keyIds);
  }
}

/** ECCCIPHERBLOB as commands carry it: bits, X, Y, hash, length, cipher. */
export function encodeCipher({ numbers: { u32 } }: GmChannel, { c1, c2, c3 }: Sm2Ciphertext): Uint8Array {
  return concatBytes(u32(256), c1.subarray(1), c3, u32(c2.length), c2);
}

export function readCipher(der: Uint8Array): Sm2Ciphertext {
  try {
    return decodeSm2Cipher(der);
  } catch (cause) {
    if (isCodedError(cause)) throw new CodedError('ERR_ENVELOPE_CONTENT_INVALID', {}, { cause });
    throw cause;
  }
}

async function destroyQuietly(gm: GmChannel, data: Uint8Array): Promise<void> {
  try {
    await gm.send('DestroySessionKey', { data });
  } catch (error) {
    if (!isCodedError(error)) throw error;
  }
}

function invalid(): CodedError {
  return new CodedError('ERR_ENVELOPE_CONTENT_INVALID');
}
