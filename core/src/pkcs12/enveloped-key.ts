import { type DerNode, derTag, oids, readDer, wholeBitStringValue } from '../asn1/index.ts';
import { concatBytes, equalBytes } from '../bytes/index.ts';
import { type CryptoOps, type PrivateKey, parseAlgorithmIdentifier } from '../crypto/index.ts';
import { CodedError, isCodedError } from '../errors/index.ts';
import { sm2PrivateKey } from './bare-private-keys.ts';
import type { KeyFileOps } from './decrypt-with-password.ts';

/** SM2EnvelopedKey of GB/T 35276-2017 §7.4: the encryption key pair that a CA sends to the holder of a signing key. */
export interface EnvelopedKey {
  /** DER of SM2Cipher: the SM4 key, encrypted to the holder's signing key. */
  readonly encryptedSymmetricKey: Uint8Array;
  /** 0x04 ‖ X ‖ Y of the key pair that is sent. */
  readonly publicPoint: Uint8Array;
  /** The scalar under SM4 in ECB, two blocks. */
  readonly encryptedScalar: Uint8Array;
}

const blockLength = 16;

/**
 * Parses `SEQUENCE { symAlgID, symEncryptedKey SM2Cipher, sm2PublicKey BIT STRING, sm2EncryptedPrivateKey BIT STRING }`.
 *
 * @throws {CodedError} ERR_KEY_FILE_MALFORMED { field, offset }, ERR_CRYPTO_ALGORITHM_UNSUPPORTED, ERR_DER_…
 */
export function parseEnvelopedKey(der: Uint8Array): EnvelopedKey {
  const fields = readDer(der).sequence();
  const { oid } = parseAlgorithmIdentifier(fields.next());
  const symmetric = fields.read(derTag.sequence);
  const pointNode = fields.read(derTag.bitString);
  const scalarNode = fields.read(derTag.bitString);
  fields.finish();
  if (oid !== oids.sm4 && oid !== oids.sm4Ecb)
    throw new CodedError('ERR_CRYPTO_ALGORITHM_UNSUPPORTED', { algorithm: oid });
  const publicPoint = wholeBitStringValue(pointNode);
  const encryptedScalar = wholeBitStringValue(scalarNode);
  if (publicPoint.length !== 65 || publicPoint[0] !== 4) throw malformed('sm2PublicKey', pointNode);
  if (encryptedScalar.length !== 2 * blockLength) throw malformed('sm2EncryptedPrivateKey', scalarNode);
  return { encryptedSymmetricKey: symmetric.der, publicPoint, encryptedScalar };
}

/**
 * Opens it with the signing key, and proves that the scalar is that of the public key sent along.
 *
 * @throws {CodedError} ERR_ENVELOPE_CONTENT_INVALID, the same whatever does not fit
 */
export function openEnvelopedKey(enveloped: EnvelopedKey, signingKey: PrivateKey, engine: KeyFileOps): PrivateKey {
  const { ops, ciphers } = engine;
  const symmetric = ciphers.decryptKey(signingKey, { kind: 'sm2' }, enveloped.encryptedSymmetricKey);
  if (symmetric.length !== blockLength) throw new CodedError('ERR_ENVELOPE_CONTENT_INVALID');
  const scalar = decryptBlocks(enveloped.encryptedScalar, symmetric, ops);
  symmetric.fill(0);
  const key = keyOrUndefined(scalar, ops, enveloped.publicPoint);
  if (key === undefined) throw new CodedError('ERR_ENVELOPE_CONTENT_INVALID');
  return key;
}

function keyOrUndefined(scalar: Uint8Array, ops: CryptoOps, publicPoint: Uint8Array): PrivateKey | undefined {
  try {
    const key = sm2PrivateKey(scalar);
    return equalBytes(ops.sm2.checkPrivateKey(key).point, publicPoint) ? key : undefined;
  } catch (error) {
    if (isCodedError(error) && error.code === 'ERR_CRYPTO_KEY_INVALID') return undefined;
    throw error;
  }
}

/** ECB, block by block: CBC of one block under an IV of zeros. */
function decryptBlocks(encrypted: Uint8Array, key: Uint8Array, ops: CryptoOps): Uint8Array {
  const blocks = [encrypted.subarray(0, blockLength), encrypted.subarray(blockLength)].map((block) => {
    const options = { mode: 'cbc', direction: 'decrypt', padding: 'none' } as const;
    const running = ops.sm4.createCipher({ ...options, key: Uint8Array.from(key), iv: new Uint8Array(blockLength) });
    return concatBytes(running.update(block), running.finish());
  });
  return concatBytes(...blocks);
}

function malformed(field: string, node: DerNode): CodedError {
  return new CodedError('ERR_KEY_FILE_MALFORMED', { field, offset: node.offset });
}
