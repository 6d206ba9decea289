import { concatBytes } from '../bytes/index.ts';
import { type CryptoOps, type DigestAlgorithm, digestLengths } from '../crypto/index.ts';
import type { DerivationBudget } from './derivation-budget.ts';

/** What derived octets are for, RFC 7292 appendix B.3. */
export type DerivationPurpose = 'key' | 'iv' | 'mac';

const purposeIds: Readonly<Record<DerivationPurpose, number>> = { key: 1, iv: 2, mac: 3 };

export interface Pkcs12Derivation {
  readonly digest: DigestAlgorithm;
  /** As {@link bmpPassword} gives it, or empty. */
  readonly password: Uint8Array;
  readonly salt: Uint8Array;
  readonly iterations: number;
  readonly purpose: DerivationPurpose;
  readonly length: number;
}

/** The derivation of RFC 7292 appendix B.2. @throws {CodedError} ERR_KEY_FILE_LIMIT_EXCEEDED */
export function derivePkcs12(
  derivation: Pkcs12Derivation,
  ops: Pick<CryptoOps, 'digest'>,
  budget: DerivationBudget,
): Uint8Array {
  const { digest, password, salt, iterations, purpose, length } = derivation;
  const block = digest === 'sha384' || digest === 'sha512' ? 128 : 64;
  const blocks = Math.ceil(length / digestLengths[digest]);
  budget.spend(iterations * blocks, 2);
  const diversifier = new Uint8Array(block).fill(purposeIds[purpose]);
  let input = concatBytes(repeated(salt, block), repeated(password, block));
  const output: Uint8Array[] = [];
  for (let index = 0; index < blocks; index++) {
    let hash = ops.digest(digest, concatBytes(diversifier, input));
    for (let round = 1; round < iterations; round++) hash = ops.digest(digest, hash);
    output.push(hash);
    input = addToBlocks(input, repeated(hash, block).subarray(0, block), block);
  }
  return concatBytes(...output).slice(0, length);
}

/** Copies until a multiple of the block is filled; nothing from nothing. */
function repeated(octets: Uint8Array, block: number): Uint8Array {
  const whole = new Uint8Array(Math.ceil(octets.length / block) * block);
  for (let index = 0; index < whole.length; index++) whole[index] = octets[index % octets.length] ?? 0;
  return whole;
}

/** Each block plus `addend` plus one, as numbers, without what runs over. */
function addToBlocks(input: Uint8Array, addend: Uint8Array, block: number): Uint8Array {
  const sums = Uint8Array.from(input);
  for (let start = 0; start < sums.length; start += block) {
    let carry = 1;
    for (let index = block - 1; index >= 0; index--) {
      const sum = (sums[start + index] ?? 0) + (addend[index] ?? 0) + carry;
      sums[start + index] = sum & 0xff;
      carry = sum >> 8;
    }
  }
  return sums;
}
