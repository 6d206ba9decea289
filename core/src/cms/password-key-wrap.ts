import { concatBytes } from '../bytes/index.ts';
import { type BlockCipher, cipherShapes, type KeyWrapOps } from '../crypto/index.ts';
import { CodedError } from '../errors/index.ts';

/** A cipher in CBC with its IV, twice over the key (PWRI-KEK, RFC 3211 §2.3). */
export interface PasswordKeyWrap {
  readonly cipher: BlockCipher;
  readonly iv: Uint8Array;
}

/**
 * RFC 3211 §2.3.1: length, check octets, key, padding, encrypted twice.
 *
 * @param padding  random octets, as many as the form lacks: {@link passwordPadding}
 */
export function wrapUnderPassword(
  { cipher, iv }: PasswordKeyWrap,
  wrappingKey: Uint8Array,
  key: Uint8Array,
  padding: Uint8Array,
  ops: KeyWrapOps,
): Uint8Array {
  const check = Array.from(key.subarray(0, 3), (octet) => octet ^ 0xff);
  const form = concatBytes(Uint8Array.of(key.length, ...check), key, padding);
  const once = ops.encryptBlocks(cipher, wrappingKey, iv, form);
  return ops.encryptBlocks(cipher, wrappingKey, once.subarray(once.length - iv.length), once);
}

/** How many octets fill the form to whole blocks, two at least. */
export function passwordPadding(cipher: BlockCipher, keyLength: number): number {
  const block = cipherShapes[cipher].ivLength;
  return Math.max(2, Math.ceil((keyLength + 4) / block)) * block - keyLength - 4;
}

/** RFC 3211 §2.3.2. @throws {CodedError} ERR_ENVELOPE_CONTENT_INVALID, the same whatever is wrong */
export function unwrapUnderPassword(
  { cipher, iv }: PasswordKeyWrap,
  wrappingKey: Uint8Array,
  wrapped: Uint8Array,
  ops: KeyWrapOps,
): Uint8Array {
  const block = iv.length;
  if (wrapped.length < 2 * block || wrapped.length % block !== 0 || wrapped.length > 16 * block) throw invalid();
  const last = wrapped.length - block;
  const lastIv = wrapped.subarray(last - block, last);
  const outerIv = ops.decryptBlocks(cipher, wrappingKey, lastIv, wrapped.subarray(last));
  const first = ops.decryptBlocks(cipher, wrappingKey, outerIv, wrapped.subarray(0, last));
  const form = ops.decryptBlocks(cipher, wrappingKey, iv, concatBytes(first, outerIv));
  const length = form[0] ?? 0;
  const key = form.subarray(4, 4 + length);
  let difference = length >= 3 && key.length === length ? 0 : 1;
  for (let index = 0; index < 3; index++) difference |= (form[1 + index] ?? 0) ^ (form[4 + index] ?? 0) ^ 0xff;
  if (difference !== 0) throw invalid();
  return key.slice();
}

function invalid(): CodedError {
  return new CodedError('ERR_ENVELOPE_CONTENT_INVALID');
}
