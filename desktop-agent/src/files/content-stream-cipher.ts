import { createCipheriv, createDecipheriv } from 'node:crypto';
import { type CipherName, type CryptoOps, cipherShapes, gcmTagLength } from '@onelock/core/crypto';
import { CodedError } from '@onelock/core/errors';

/** Content on its way through a cipher. */
export interface Sealer {
  update(chunk: Uint8Array): Uint8Array;
  /** What is left, and the tag of a GCM cipher. */
  finish(): { readonly rest: Uint8Array; readonly tag: Uint8Array | null };
}

export interface Opener {
  /** NOTE: in GCM this is unproven until {@link finish}; act on nothing before. */
  update(chunk: Uint8Array): Uint8Array;
  /** @throws {CodedError} ERR_ENVELOPE_CONTENT_INVALID, the same whatever is wrong */
  finish(tag: Uint8Array | null): Uint8Array;
}

const none = new Uint8Array(0);

/** Of the ciphers' keys a copy is used: engines wipe what they are given. */
export function createSealer(ops: CryptoOps, cipher: CipherName, key: Uint8Array, iv: Uint8Array): Sealer {
  const own = Uint8Array.from(key);
  if (cipher === 'sm4-cbc') {
    const running = ops.sm4.createCipher({ mode: 'cbc', direction: 'encrypt', key: own, iv });
    return { update: (chunk) => running.update(chunk), finish: () => ({ rest: running.finish(), tag: null }) };
  }
  if (cipher === 'sm4-gcm') {
    const running = ops.sm4.createAead({ mode: 'gcm', direction: 'encrypt', key: own, nonce: iv });
    return { update: (chunk) => running.update(chunk), finish: () => ({ rest: none, tag: running.tag() }) };
  }
  if (cipherShapes[cipher].mode === 'gcm') {
    const running = createCipheriv(gcmName(cipher), own, iv, { authTagLength: gcmTagLength });
    return {
      update: (chunk) => running.update(chunk),
      finish: () => ({ rest: running.final(), tag: running.getAuthTag() }),
    };
  }
  const running = createCipheriv(cipher, own, iv);
  return { update: (chunk) => running.update(chunk), finish: () => ({ rest: running.final(), tag: null }) };
}

/** @param aad  of a GCM cipher: the attributes that are authenticated with the content */
export function createOpener(
  ops: CryptoOps,
  cipher: CipherName,
  key: Uint8Array,
  iv: Uint8Array,
  aad: Uint8Array,
): Opener {
  const own = Uint8Array.from(key);
  if (cipher === 'sm4-cbc') {
    const running = ops.sm4.createCipher({ mode: 'cbc', direction: 'decrypt', key: own, iv });
    return { update: (chunk) => running.update(chunk), finish: () => oneError(() => running.finish()) };
  }
  if (cipher === 'sm4-gcm') {
    const options = { mode: 'gcm', direction: 'decrypt', key: own, nonce: iv, additionalData: aad } as const;
    const running = ops.sm4.createAead(options);
    return {
      update: (chunk) => running.update(chunk),
      finish: (tag) =>
        oneError(() => {
          running.verify(tag ?? none);
          return none;
        }),
    };
  }
  if (cipherShapes[cipher].mode === 'gcm') {
    const running = createDecipheriv(gcmName(cipher), own, iv, { authTagLength: gcmTagLength }).setAAD(aad);
    return {
      update: (chunk) => running.update(chunk),
      finish: (tag) => oneError(() => running.setAuthTag(tag ?? none).final()),
    };
  }
  const running = createDecipheriv(cipher, own, iv);
  return { update: (chunk) => running.update(chunk), finish: () => oneError(() => running.final()) };
}

function gcmName(cipher: CipherName): 'aes-128-gcm' | 'aes-192-gcm' | 'aes-256-gcm' {
  if (cipher === 'aes-128-gcm' || cipher === 'aes-192-gcm' || cipher === 'aes-256-gcm') return cipher;
  throw new CodedError('ERR_CRYPTO_ALGORITHM_UNSUPPORTED', { algorithm: cipher });
}

/** Who asks must not learn whether it was the padding, the tag or the length. */
function oneError(finish: () => Uint8Array): Uint8Array {
  try {
    return finish();
  } catch (cause) {
    throw new CodedError('ERR_ENVELOPE_CONTENT_INVALID', {}, { cause });
  }
}
