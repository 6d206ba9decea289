import type { CryptoOps, KeyEncryption, PublicKey, SignatureAlgorithm } from '@onelock/core/crypto';
import { digestLengths } from '@onelock/core/crypto';
import { CodedError, isCodedError } from '@onelock/core/errors';
import type { SignInput } from '../../../port/index.ts';
import type { ApduChannel } from '../../apdu/index.ts';
import { pssBlock, signatureBlock, unpad } from '../rsa-blocks.ts';
import { demandSignature } from '../signature-proof.ts';
import { generalAuthenticate, type PivAlgorithm } from './commands.ts';
import { pivAlgorithmOf } from './public-key.ts';

/** The private operation of one key, with the PIN before it where the key wants that. */
export type PrivateOperation = (algorithm: PivAlgorithm, input: Uint8Array) => Promise<Uint8Array>;

export function operationWith(channel: ApduChannel, reference: number): PrivateOperation {
  return (algorithm, input) => generalAuthenticate(channel, algorithm, reference, 'sign-or-decrypt', input);
}

const minModulusBits = 2048;

/**
 * Signs by a card that only does the arithmetic: digest and padding are ours.
 * @throws {CodedError} ERR_TOKEN_ALGORITHM_UNSUPPORTED, ERR_REQUEST_INVALID for a digest of the wrong length
 */
export async function signWith(
  ops: CryptoOps,
  operation: PrivateOperation,
  key: PublicKey,
  algorithm: SignatureAlgorithm,
  input: SignInput,
): Promise<Uint8Array> {
  const name = pivAlgorithmOf(key);
  const block = name === null ? null : blockFor(ops, key, algorithm, input);
  if (name === null || block === null) throw unsupported(algorithm.kind);
  const signature = await operation(name, block);
  demandSignature(ops, 'PIV GENERAL AUTHENTICATE', key, algorithm, input, signature);
  return signature;
}

function blockFor(ops: CryptoOps, key: PublicKey, algorithm: SignatureAlgorithm, input: SignInput): Uint8Array | null {
  if (algorithm.kind !== 'rsa-pkcs1v15' && algorithm.kind !== 'rsa-pss' && algorithm.kind !== 'ecdsa') return null;
  if (key.kind === 'rsa' && key.modulusBits < minModulusBits) return null;
  const hash = input.kind === 'message' ? ops.digest(algorithm.digest, input.bytes) : input.bytes;
  if (hash.length !== digestLengths[algorithm.digest])
    throw new CodedError('ERR_REQUEST_INVALID', { field: 'digest', rule: `${digestLengths[algorithm.digest]} bytes` });
  if (key.kind === 'rsa' && algorithm.kind === 'rsa-pkcs1v15')
    return signatureBlock(algorithm.digest, hash, Math.ceil(key.modulusBits / 8));
  if (key.kind === 'rsa' && algorithm.kind === 'rsa-pss') return pssBlock(ops, algorithm, hash, key.modulusBits);
  if (key.kind !== 'ec' || algorithm.kind !== 'ecdsa') return null;
  return fitted(hash, key.curve === 'p384' ? 48 : 32);
}

/** The card takes as many bytes as its curve has: a longer digest is cut (FIPS 186-5 §6.4.1), a shorter one padded in front. */
function fitted(hash: Uint8Array, length: number): Uint8Array {
  const block = new Uint8Array(length);
  block.set(hash.subarray(0, length), Math.max(0, length - hash.length));
  return block;
}

/** @throws {CodedError} ERR_ENVELOPE_CONTENT_INVALID, ERR_TOKEN_ALGORITHM_UNSUPPORTED */
export async function decryptWith(
  ops: CryptoOps,
  operation: PrivateOperation,
  key: PublicKey,
  scheme: KeyEncryption,
  ciphertext: Uint8Array,
): Promise<Uint8Array> {
  const name = pivAlgorithmOf(key);
  if (scheme.kind === 'sm2' || key.kind !== 'rsa' || name === null) throw unsupported(scheme.kind);
  const octets = Math.ceil(key.modulusBits / 8);
  if (ciphertext.length !== octets) throw new CodedError('ERR_ENVELOPE_CONTENT_INVALID');
  const block = await refusalAsInvalid(operation(name, ciphertext));
  if (block.length !== octets) throw new CodedError('ERR_ENVELOPE_CONTENT_INVALID');
  return unpad(ops, scheme, block);
}

/** A number beyond the modulus is refused by the card as wrong data. */
async function refusalAsInvalid(block: Promise<Uint8Array>): Promise<Uint8Array> {
  try {
    return await block;
  } catch (cause) {
    if (isCodedError(cause) && cause.native?.value === 0x6a80)
      throw new CodedError('ERR_ENVELOPE_CONTENT_INVALID', {}, { cause });
    throw cause;
  }
}

function unsupported(algorithm: string): CodedError {
  return new CodedError('ERR_TOKEN_ALGORITHM_UNSUPPORTED', { algorithm });
}
