import { decodePem, encodePem, toHex } from '@onelock/core/bytes';
import {
  type CryptoOps,
  type PrivateKey,
  type PublicKey,
  parsePrivateKey,
  sm2DefaultUserId,
} from '@onelock/core/crypto';
import { publicKeyOf } from '@onelock/core/crypto/node';
import { CodedError } from '@onelock/core/errors';
import { readOrMakeSecret } from './secret-file.ts';

/** The key by which the service answers for what it publishes: checkpoints of its log, its registry of origins, its reports. */
export interface ServiceKey {
  /** First 16 hex digits of SM3 over the SubjectPublicKeyInfo. */
  readonly id: string;
  readonly publicKey: PublicKey;
  /** SM2 with SM3 (GB/T 32918.2, default user id), DER. Each purpose signs behind a domain line of its own. */
  sign(bytes: Uint8Array): Uint8Array;
}

export const serviceKeyFile = 'signing-key.pem';

/**
 * Reads the key from the folder of secrets; makes one at a first start. Nodes on one database share the folder's content.
 *
 * @throws {CodedError} ERR_SERVICE_CONFIG_INVALID for a file that is no SM2 key
 */
export function loadServiceKey(folder: string, ops: CryptoOps): ServiceKey {
  const text = readOrMakeSecret(folder, serviceKeyFile, () =>
    encodePem('PRIVATE KEY', ops.generateKeyPair({ kind: 'sm2' }).privateKey.pkcs8),
  );
  const privateKey = readKey(text);
  const publicKey = publicKeyOf(privateKey);
  return {
    id: serviceKeyId(publicKey, ops),
    publicKey,
    sign: (bytes) => ops.sign(privateKey, { kind: 'sm2-sm3', userId: sm2DefaultUserId }, bytes),
  };
}

export function serviceKeyId({ spki }: Pick<PublicKey, 'spki'>, ops: Pick<CryptoOps, 'digest'>): string {
  return toHex(ops.digest('sm3', spki)).slice(0, 16);
}

function readKey(text: string): PrivateKey {
  const unfit = (cause?: unknown): CodedError =>
    new CodedError(
      'ERR_SERVICE_CONFIG_INVALID',
      { key: serviceKeyFile, rule: 'an SM2 private key (PKCS#8, PEM)' },
      { cause },
    );
  try {
    const [block] = decodePem(text);
    if (block?.label !== 'PRIVATE KEY') throw unfit();
    const key = parsePrivateKey(block.bytes);
    if (key.kind !== 'sm2') throw unfit();
    return key;
  } catch (error) {
    throw error instanceof CodedError && error.code !== 'ERR_SERVICE_CONFIG_INVALID' ? unfit(error) : error;
  }
}
