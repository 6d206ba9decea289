import { createCipheriv, createDecipheriv, diffieHellman } from 'node:crypto';
import { concatBytes } from '../../bytes/compare.ts';
import { CodedError } from '../../errors/coded-error.ts';
import type { KeyWrapOps } from '../key-wrap-ops.ts';
import { bytesOf } from './digest.ts';
import { importPrivateKey, PublicKeyCache } from './keys.ts';

/** The initial value of RFC 3394 §2.2.3.1. */
const integrityCheck = new Uint8Array(8).fill(0xa6);

/** Key agreement and key wrap of the OpenSSL inside Node. */
export function createNodeKeyWrap(): KeyWrapOps {
  const keys = new PublicKeyCache(16);
  return {
    agree: (privateKey, peer) => {
      if (privateKey.kind !== 'ec' || peer.kind !== 'ec') throw mismatch(privateKey.kind, peer.kind);
      const [own, other] = [importPrivateKey(privateKey), keys.import(peer)];
      if (own.asymmetricKeyDetails?.namedCurve !== other.asymmetricKeyDetails?.namedCurve)
        throw mismatch(own.asymmetricKeyDetails?.namedCurve, other.asymmetricKeyDetails?.namedCurve);
      return bytesOf(diffieHellman({ privateKey: own, publicKey: other }));
    },
    wrap: (wrappingKey, key) => {
      const cipher = createCipheriv(`aes${8 * wrappingKey.length}-wrap`, wrappingKey, integrityCheck);
      return concatBytes(cipher.update(key), cipher.final());
    },
    unwrap: (wrappingKey, wrapped) => {
      // RFC 3394 §2: two blocks at least, and the check value.
      if (wrapped.length < 24 || wrapped.length % 8 !== 0) throw new CodedError('ERR_ENVELOPE_CONTENT_INVALID');
      try {
        const cipher = createDecipheriv(`aes${8 * wrappingKey.length}-wrap`, wrappingKey, integrityCheck);
        return concatBytes(cipher.update(wrapped), cipher.final());
      } catch (cause) {
        throw new CodedError('ERR_ENVELOPE_CONTENT_INVALID', {}, { cause });
      }
    },
    encryptBlocks: (cipher, key, iv, blocks) => {
      const running = createCipheriv(cipher, key, iv).setAutoPadding(false);
      return concatBytes(running.update(blocks), running.final());
    },
    decryptBlocks: (cipher, key, iv, blocks) => {
      const running = createDecipheriv(cipher, key, iv).setAutoPadding(false);
      return concatBytes(running.update(blocks), running.final());
    },
  };
}

function mismatch(key: string | undefined, algorithm: string | undefined): CodedError {
  return new CodedError('ERR_SIGNATURE_ALGORITHM_MISMATCH', { algorithm: `ECDH ${algorithm}`, key: String(key) });
}
