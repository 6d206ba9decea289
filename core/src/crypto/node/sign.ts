import { constants, createPublicKey, createSign, type KeyObject } from 'node:crypto';
import { CodedError } from '../../errors/coded-error.ts';
import type { CryptoOps, PrivateKey, PublicKey, SignatureAlgorithm } from '../ops.ts';
import { parsePublicKey } from '../public-key.ts';
import { requireMatch } from '../require-match.ts';
import { computeZa } from '../sm2-za.ts';
import { bytesOf, supportedDigest } from './digest.ts';
import { importPrivateKey } from './keys.ts';

/** See {@link CryptoOps.sign}. */
export function signMessage(
  ops: Pick<CryptoOps, 'digest'>,
  key: PrivateKey,
  algorithm: SignatureAlgorithm,
  message: Uint8Array,
): Uint8Array {
  requireMatch(key, algorithm);
  const imported = importPrivateKey(key);
  switch (algorithm.kind) {
    case 'sm2-sm3': {
      const za = computeZa(ops, publicPoint(imported), algorithm.userId);
      return bytesOf(createSign('sm3').update(za).update(message).sign(imported));
    }
    case 'ecdsa':
      return bytesOf(createSign(supportedDigest(algorithm.digest)).update(message).sign(imported));
    case 'rsa-pkcs1v15':
      return signRsa(algorithm, message, { key: imported, padding: constants.RSA_PKCS1_PADDING });
    case 'rsa-pss':
      if (algorithm.digest !== algorithm.mgf1Digest)
        throw new CodedError('ERR_CRYPTO_ALGORITHM_UNSUPPORTED', { algorithm: 'rsa-pss with two digests' });
      return signRsa(algorithm, message, {
        key: imported,
        padding: constants.RSA_PKCS1_PSS_PADDING,
        saltLength: algorithm.saltLength,
      });
    case 'ed25519':
    case 'ed448':
      throw new CodedError('ERR_CRYPTO_ALGORITHM_UNSUPPORTED', { algorithm: algorithm.kind });
  }
}

/** @throws {CodedError} ERR_CRYPTO_KEY_INVALID when the modulus is too small for the digest and the salt */
function signRsa(
  algorithm: Extract<SignatureAlgorithm, { readonly kind: 'rsa-pkcs1v15' | 'rsa-pss' }>,
  message: Uint8Array,
  input: { readonly key: KeyObject; readonly padding: number; readonly saltLength?: number },
): Uint8Array {
  const running = createSign(supportedDigest(algorithm.digest)).update(message);
  try {
    return bytesOf(running.sign(input));
  } catch (cause) {
    throw new CodedError('ERR_CRYPTO_KEY_INVALID', { detail: `too small for ${algorithm.kind}` }, { cause });
  }
}

/**
 * The public half of a private key. A PKCS#8 that carries one is believed; otherwise the engine computes it.
 *
 * @throws {CodedError} ERR_CRYPTO_KEY_INVALID
 */
export function publicKeyOf(key: PrivateKey): PublicKey {
  return publicHalf(importPrivateKey(key));
}

function publicHalf(imported: KeyObject): PublicKey {
  return parsePublicKey(bytesOf(createPublicKey(imported).export({ format: 'der', type: 'spki' })));
}

/** The signer's own point goes into ZA. */
function publicPoint(imported: KeyObject): Uint8Array {
  const key = publicHalf(imported);
  if (key.kind !== 'sm2') throw new CodedError('ERR_CRYPTO_KEY_INVALID', { detail: 'not an SM2 key' });
  return key.point;
}
