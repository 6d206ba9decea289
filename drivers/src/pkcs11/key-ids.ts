import { randomBytes } from 'node:crypto';
import { concatBytes, equalBytes, fromHex } from '@onelock/core/bytes';
import { CodedError } from '@onelock/core/errors';

const newIdBytes = 8;
/** Between a signing key's CKA_ID and the number of one of its encryption keys: 'e'. */
const mark = 0x65;

/** CKA_ID of a key pair that we make. */
export function newSigningId(): Uint8Array {
  return new Uint8Array(randomBytes(newIdBytes));
}

/**
 * CKA_ID of the n-th encryption key that came for a signing key, from 1. It begins with that key's, so that what belongs together is
 * seen without a PIN, and no later one hides an earlier.
 */
export function encryptionIdOf(signingId: Uint8Array, number: number): Uint8Array {
  return concatBytes(signingId, Uint8Array.of(mark, number >> 8, number & 0xff));
}

export function isEncryptionIdOf(id: Uint8Array, signingId: Uint8Array): boolean {
  const { length } = signingId;
  return id.length === length + 3 && id[length] === mark && equalBytes(id.subarray(0, length), signingId);
}

/** The number of such an id. */
export function numberOfEncryptionId(id: Uint8Array): number {
  return ((id.at(-2) ?? 0) << 8) | (id.at(-1) ?? 0);
}

/** CKA_ID of an identity, which is named by it. @throws {CodedError} ERR_TOKEN_KEY_NOT_FOUND for what is no CKA_ID in hex */
export function signingIdOf(identityId: string): Uint8Array {
  try {
    return fromHex(identityId);
  } catch (cause) {
    throw new CodedError('ERR_TOKEN_KEY_NOT_FOUND', {}, { cause });
  }
}
