import { concatBytes } from '@onelock/core/bytes';
import {
  type CryptoOps,
  type DigestAlgorithm,
  digestLengths,
  type KeyEncryption,
  type SignatureAlgorithm,
} from '@onelock/core/crypto';
import { CodedError } from '@onelock/core/errors';
import { encodeDigestInfo } from '../../keys/digest-info.ts';

/** What a card that only exponentiates leaves to its host: the paddings of RFC 8017. */

const noBytes = new Uint8Array();

/** EMSA-PKCS1-v1_5 (§9.2): 00 01 FF … 00 DigestInfo. */
export function signatureBlock(algorithm: DigestAlgorithm, digest: Uint8Array, modulusBytes: number): Uint8Array {
  const info = encodeDigestInfo(algorithm, digest);
  const block = new Uint8Array(modulusBytes).fill(0xff);
  block.set([0, 1]);
  block[modulusBytes - info.length - 1] = 0;
  block.set(info, modulusBytes - info.length);
  return block;
}

/** EMSA-PSS (§9.1.1). `modulusBits` matters: the highest bits of the block are cleared. */
export function pssBlock(
  ops: CryptoOps,
  { digest, mgf1Digest, saltLength }: Extract<SignatureAlgorithm, { readonly kind: 'rsa-pss' }>,
  hash: Uint8Array,
  modulusBits: number,
): Uint8Array {
  const emBits = modulusBits - 1;
  const length = Math.ceil(emBits / 8);
  if (length < hash.length + saltLength + 2)
    throw new CodedError('ERR_TOKEN_ALGORITHM_UNSUPPORTED', { algorithm: 'rsa-pss' });
  const salt = ops.random(saltLength || 1).subarray(0, saltLength);
  const h = ops.digest(digest, new Uint8Array(8), hash, salt);
  const block = new Uint8Array(length - hash.length - 1);
  block[block.length - saltLength - 1] = 1;
  block.set(salt, block.length - saltLength);
  addMask(ops, mgf1Digest, h, block);
  block[0] = (block[0] ?? 0) & (0xff >> (8 * length - emBits));
  const whole = concatBytes(block, h, Uint8Array.of(0xbc));
  return concatBytes(new Uint8Array(Math.ceil(modulusBits / 8) - length), whole);
}

/**
 * Takes the padding of a decrypted block off. Every byte is looked at whatever the others are, and everything that is wrong is
 * the same to the caller (Bleichenbacher's and Manger's attacks).
 *
 * @throws {CodedError} ERR_ENVELOPE_CONTENT_INVALID
 */
export function unpad(ops: CryptoOps, scheme: Exclude<KeyEncryption, { kind: 'sm2' }>, block: Uint8Array): Uint8Array {
  const found = scheme.kind === 'rsa-pkcs1v15' ? afterPkcs1(block) : afterOaep(ops, scheme, block);
  const message = found.wrong === 0 ? block.slice(found.at) : noBytes;
  block.fill(0);
  if (found.wrong !== 0) throw new CodedError('ERR_ENVELOPE_CONTENT_INVALID');
  return message;
}

interface Found {
  readonly wrong: number;
  readonly at: number;
}

/** 00 02, at least eight bytes that are not zero, 00 (§7.2.2). */
function afterPkcs1(block: Uint8Array): Found {
  let wrong = (block[0] ?? 1) | ((block[1] ?? 0) ^ 2);
  let searching = 1;
  let at = 0;
  for (let index = 2; index < block.length; index += 1) {
    const isZero = ((block[index] ?? 0) - 1) >>> 31;
    at += searching * isZero * (index + 1);
    searching &= isZero ^ 1;
  }
  wrong |= searching | ((at - 11) >>> 31);
  return { wrong, at };
}

/** §7.1.2; `block` is unmasked in place. */
function afterOaep(
  ops: CryptoOps,
  { digest, mgf1Digest, label = noBytes }: Extract<KeyEncryption, { kind: 'rsa-oaep' }>,
  whole: Uint8Array,
): Found {
  const hashLength = digestLengths[digest];
  const seed = whole.subarray(1, 1 + hashLength);
  const block = whole.subarray(1 + hashLength);
  addMask(ops, mgf1Digest, block, seed);
  addMask(ops, mgf1Digest, seed, block);
  const labelHash = ops.digest(digest, label);
  let wrong = whole[0] ?? 1;
  for (let index = 0; index < hashLength; index += 1) wrong |= (block[index] ?? 0) ^ (labelHash[index] ?? 0);
  let searching = 1;
  let at = 0;
  for (let index = hashLength; index < block.length; index += 1) {
    const byte = block[index] ?? 0;
    const isZero = (byte - 1) >>> 31;
    const isOne = ((byte ^ 1) - 1) >>> 31;
    at += searching * isOne * (index + 1);
    wrong |= searching & ~(isZero | isOne);
    searching &= isZero;
  }
  return { wrong: wrong | searching, at: 1 + hashLength + at };
}

/** MGF1 (appendix B.2.1) over the seed, added to the target. */
function addMask(ops: CryptoOps, digest: DigestAlgorithm, seed: Uint8Array, target: Uint8Array): void {
  const counter = new Uint8Array(4);
  const step = digestLengths[digest];
  for (let start = 0; start < target.length; start += step) {
    new DataView(counter.buffer).setUint32(0, start / step);
    const mask = ops.digest(digest, seed, counter);
    for (let index = 0; index < step && start + index < target.length; index += 1)
      target[start + index] = (target[start + index] ?? 0) ^ (mask[index] ?? 0);
  }
}
