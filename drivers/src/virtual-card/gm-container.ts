import { createDecipheriv } from 'node:crypto';
import { derInteger, derOctetString, derOid, derSequence, oids } from '@onelock/core/asn1';
import { concatBytes, equalBytes } from '@onelock/core/bytes';
import { type CryptoOps, encodeSm2Cipher, type PrivateKey, parsePrivateKey } from '@onelock/core/crypto';
import { isCodedError } from '@onelock/core/errors';

export type GmKeyUse = 'signing' | 'encryption';

export interface GmKeyPair {
  readonly privateKey: PrivateKey;
  /** X ‖ Y. */
  readonly coordinates: Uint8Array;
}

/** One container: two key pairs of SM2 and their certificates. */
export class GmContainer {
  readonly name: string;
  readonly keys = new Map<GmKeyUse, GmKeyPair>();
  readonly certificates = new Map<GmKeyUse, Uint8Array>();

  constructor(name: string) {
    this.name = name;
  }
}

export function importGmKey(ops: CryptoOps, pkcs8: Uint8Array): GmKeyPair {
  const privateKey = parsePrivateKey(pkcs8);
  return { privateKey, coordinates: ops.sm2.checkPrivateKey(privateKey).point.slice(1) };
}

/** Opens what was encrypted to a key: X ‖ Y, C3, C2 as commands carry them. null for a ciphertext of another key. */
export function openGm(
  ops: CryptoOps,
  { privateKey }: GmKeyPair,
  c1: Uint8Array,
  c3: Uint8Array,
  c2: Uint8Array,
): Uint8Array | null {
  try {
    const der = encodeSm2Cipher({ c1: concatBytes(Uint8Array.of(4), c1), c3, c2 });
    return ops.sm2.decrypt(privateKey, der, 'asn1');
  } catch (error) {
    if (isCodedError(error)) return null;
    throw error;
  }
}

/**
 * The scalar of an enveloped key pair: 32 bytes at either end of 64, encrypted under the symmetric key.
 * @returns null where the halves do not belong together
 */
export function openScalar(
  ops: CryptoOps,
  symmetricKey: Uint8Array,
  encrypted: Uint8Array,
  coordinates: Uint8Array,
): GmKeyPair | null {
  const cipher = createDecipheriv('sm4-ecb', symmetricKey, null).setAutoPadding(false);
  const plain = Uint8Array.from(Buffer.concat([cipher.update(encrypted), cipher.final()]));
  for (const scalar of [plain.slice(-32), plain.slice(0, 32)]) {
    const pair = pairOf(ops, scalar);
    if (pair !== null && equalBytes(pair.coordinates, coordinates)) return pair;
  }
  return null;
}

function pairOf(ops: CryptoOps, scalar: Uint8Array): GmKeyPair | null {
  const inner = derSequence(derInteger(1), derOctetString(scalar));
  const algorithm = derSequence(derOid(oids.ecPublicKey), derOid(oids.sm2));
  try {
    return importGmKey(ops, derSequence(derInteger(0), algorithm, derOctetString(inner)));
  } catch (error) {
    if (isCodedError(error)) return null;
    throw error;
  }
}
