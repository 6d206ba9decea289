import type { KeyEncryption } from '@onelock/core/crypto';
import { CodedError } from '@onelock/core/errors';
import { withoutBlockPadding } from '../keys/block-padding.ts';
import type { SealedContent } from '../port/index.ts';
import { encodeCipherBlob } from './blobs.ts';
import type { ContainerKey } from './container-keys.ts';
import { algorithmOf, asWrongCiphertext, readSm2Cipher } from './decrypt.ts';
import type { SkfHandle, SkfLibrary } from './library.ts';

const SGD_SM4_CBC = 0x402;
const blockBytes = 16;
/** What every key takes at once, whatever its MaxBufferSize says. */
const partBytes = 1024;

/** Whether the library has what {@link decryptInside} calls. */
export function hasSessionKeys(library: SkfLibrary): boolean {
  return (['SKF_ImportSessionKey', 'SKF_DecryptInit', 'SKF_DecryptUpdate', 'SKF_CloseHandle'] as const).every((name) =>
    library.has(name),
  );
}

/**
 * The way of the standard: the content key is opened inside and stays there (SKF_ImportSessionKey, GM/T 0016-2012 §7.6), and the
 * content goes through the key.
 *
 * @throws {CodedError} ERR_ENVELOPE_CONTENT_INVALID, ERR_TOKEN_ALGORITHM_UNSUPPORTED, ERR_CALL_UNSUPPORTED
 */
export async function decryptInside(
  library: SkfLibrary,
  container: SkfHandle,
  key: ContainerKey,
  scheme: KeyEncryption,
  content: SealedContent,
): Promise<Uint8Array> {
  if (content.cipher !== 'sm4-cbc')
    throw new CodedError('ERR_TOKEN_ALGORITHM_UNSUPPORTED', { algorithm: content.cipher });
  if (content.ciphertext.length % blockBytes !== 0) throw new CodedError('ERR_ENVELOPE_CONTENT_INVALID');
  const wrapped =
    algorithmOf(key.publicKey, scheme) === 'sm2'
      ? encodeCipherBlob(readSm2Cipher(content.encryptedKey), library.abi, key.side)
      : Buffer.from(content.encryptedKey);
  try {
    const handle = await library.open('SKF_ImportSessionKey', container, SGD_SM4_CBC, wrapped, wrapped.length);
    try {
      const plain = await decryptBlocks(library, handle, content.iv, content.ciphertext);
      return content.last ? withoutBlockPadding(plain) : plain;
    } finally {
      await library.tryCall('SKF_CloseHandle', handle);
    }
  } catch (error) {
    throw asWrongCiphertext(error);
  }
}

/** Without padding on the library's side: how each treats a last block is its own affair. */
async function decryptBlocks(
  library: SkfLibrary,
  handle: SkfHandle,
  iv: Uint8Array,
  ciphertext: Uint8Array,
): Promise<Uint8Array> {
  await library.callWithBlockParameters('SKF_DecryptInit', handle, iv);
  const plain = new Uint8Array(ciphertext.length);
  let filled = 0;
  for (let at = 0; at < ciphertext.length; at += partBytes) {
    const part = Buffer.from(ciphertext.subarray(at, at + partBytes));
    const out = await library.readBytes('SKF_DecryptUpdate', [handle, part, part.length]);
    if (filled + out.length > plain.length) throw wrongLength();
    plain.set(out, filled);
    filled += out.length;
  }
  if (filled < plain.length && library.has('SKF_DecryptFinal')) {
    const rest = await library.readBytes('SKF_DecryptFinal', [handle]);
    if (filled + rest.length > plain.length) throw wrongLength();
    plain.set(rest, filled);
    filled += rest.length;
  }
  if (filled !== plain.length) throw wrongLength();
  return plain;
}

function wrongLength(): CodedError {
  return new CodedError('ERR_TOKEN_NATIVE_FAILURE', { api: 'SKF_DecryptUpdate', name: 'OUTPUT_OF_ANOTHER_LENGTH' });
}
