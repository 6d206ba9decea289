import {
  type CryptoOps,
  digestLengths,
  encodeEcdsaSignature,
  type KeyEncryption,
  type PublicKey,
  type SignatureAlgorithm,
} from '@onelock/core/crypto';
import { CodedError, isCodedError } from '@onelock/core/errors';
import { encodeDigestInfo } from '../../../keys/digest-info.ts';
import type { SignInput } from '../../../port/index.ts';
import type { ApduChannel } from '../../apdu/index.ts';
import { demandSignature } from '../signature-proof.ts';
import { decipher } from './commands.ts';

const minModulusBits = 2048;
/** What cards say of a ciphertext that is not for their key. */
const wrongCiphertext: ReadonlySet<number> = new Set([0x6a80, 0x6985, 0x6f00, 0x6581]);

/**
 * Signs by a card that pads and computes: the digest is ours.
 *
 * @param compute  the card's command, on DigestInfo or on a digest
 * @throws {CodedError} ERR_TOKEN_ALGORITHM_UNSUPPORTED, ERR_REQUEST_INVALID for a digest of the wrong length
 */
export async function signWith(
  ops: CryptoOps,
  compute: (data: Uint8Array) => Promise<Uint8Array>,
  key: PublicKey,
  algorithm: SignatureAlgorithm,
  input: SignInput,
): Promise<Uint8Array> {
  if (algorithm.kind !== 'rsa-pkcs1v15' && algorithm.kind !== 'ecdsa') throw unsupported(algorithm.kind);
  const hash = input.kind === 'message' ? ops.digest(algorithm.digest, input.bytes) : input.bytes;
  if (hash.length !== digestLengths[algorithm.digest])
    throw new CodedError('ERR_REQUEST_INVALID', { field: 'digest', rule: `${digestLengths[algorithm.digest]} bytes` });
  const signature = await computeWith(compute, key, algorithm, hash);
  demandSignature(ops, 'OpenPGP SIGN', key, algorithm, input, signature);
  return signature;
}

async function computeWith(
  compute: (data: Uint8Array) => Promise<Uint8Array>,
  key: PublicKey,
  algorithm: Extract<SignatureAlgorithm, { kind: 'rsa-pkcs1v15' | 'ecdsa' }>,
  hash: Uint8Array,
): Promise<Uint8Array> {
  if (algorithm.kind === 'rsa-pkcs1v15') {
    if (key.kind !== 'rsa' || key.modulusBits < minModulusBits) throw unsupported(algorithm.kind);
    return Uint8Array.from(await compute(encodeDigestInfo(algorithm.digest, hash)));
  }
  if (key.kind !== 'ec' || key.curve === 'p521') throw unsupported(algorithm.kind);
  const length = key.curve === 'p384' ? 48 : 32;
  // FIPS 186-5 §6.4.1: a digest longer than the curve is cut.
  const raw = await compute(hash.subarray(0, length));
  try {
    return encodeEcdsaSignature(raw, key.curve);
  } catch (cause) {
    throw new CodedError(
      'ERR_TOKEN_NATIVE_FAILURE',
      { api: 'OpenPGP SIGN', name: 'SIGNATURE_DOES_NOT_VERIFY' },
      { cause },
    );
  }
}

/** @throws {CodedError} ERR_ENVELOPE_CONTENT_INVALID, ERR_TOKEN_ALGORITHM_UNSUPPORTED: cards know PKCS#1 v1.5 alone */
export async function decryptWith(
  channel: ApduChannel,
  key: PublicKey,
  scheme: KeyEncryption,
  ciphertext: Uint8Array,
): Promise<Uint8Array> {
  if (key.kind !== 'rsa' || scheme.kind !== 'rsa-pkcs1v15') throw unsupported(scheme.kind);
  if (ciphertext.length !== Math.ceil(key.modulusBits / 8)) throw new CodedError('ERR_ENVELOPE_CONTENT_INVALID');
  try {
    return Uint8Array.from(await decipher(channel, ciphertext));
  } catch (cause) {
    if (isCodedError(cause) && wrongCiphertext.has(cause.native?.value ?? 0))
      throw new CodedError('ERR_ENVELOPE_CONTENT_INVALID', {}, { cause });
    throw cause;
  }
}

function unsupported(algorithm: string): CodedError {
  return new CodedError('ERR_TOKEN_ALGORITHM_UNSUPPORTED', { algorithm });
}
