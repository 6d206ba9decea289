import { createCipheriv, createDecipheriv, createHmac, createSecretKey } from 'node:crypto';
import { concatBytes, fromBase64, fromHex, toBase64, toHex, utf8Decode, utf8Encode } from '@onelock/core/bytes';
import type { CryptoOps } from '@onelock/core/crypto';
import { CodedError } from '@onelock/core/errors';
import { readOrMakeKey } from '../secrets/secret-file.ts';
import { maskDocumentNumber } from './mask-personal-numbers.ts';
import type { Ports } from './ports/ports.ts';
import type { SealedText } from './ports/registry-records.ts';

/** Keeps what identifies a person encrypted: the database alone does not tell. */
export interface PersonalData {
  /** Names the key without telling it: first 16 hex digits of its SM3. */
  readonly keyId: string;
  /** @param place  record and field it belongs to: sealed text opens nowhere else */
  seal(text: string, place: string): SealedText;
  /** null once it was erased. @throws {CodedError} ERR_SERVICE_INTERNAL when it belongs to another place or key */
  open(sealed: SealedText, place: string): string | null;
  /** Keyed digest, hex, by which equal texts are found without being told. */
  digest(text: string, place: string): string;
}

const nonceLength = 12;
const tagLength = 16;
const fileName = 'data-key';

/**
 * AES-256-GCM under the key in the folder of secrets, which is made at a first start. Nodes on one database share it.
 *
 * @throws {CodedError} ERR_SERVICE_CONFIG_INVALID for a file that is no key
 */
export function createPersonalData(folder: string, ops: CryptoOps): PersonalData {
  const key = fromHex(readOrMakeKey(folder, fileName, (length) => ops.random(length)));
  // A key object: made of bytes anew for each digest it would cost more than the digest.
  const digestKey = createSecretKey(createHmac('sha256', key).update('onelock-personal-digest-v1').digest());
  return {
    digest: (plain, place) =>
      createHmac('sha256', digestKey)
        .update(JSON.stringify([place, plain]))
        .digest('hex'),
    keyId: toHex(ops.digest('sm3', utf8Encode('onelock-data-key\n'), key)).slice(0, 16),
    seal(plain, place) {
      const nonce = ops.random(nonceLength);
      const cipher = createCipheriv('aes-256-gcm', key, nonce).setAAD(utf8Encode(place));
      const sealed = concatBytes(nonce, cipher.update(utf8Encode(plain)), cipher.final(), cipher.getAuthTag());
      return { sealed: toBase64(sealed), masked: maskDocumentNumber(plain) };
    },
    open({ sealed }, place) {
      if (sealed === '') return null;
      const bytes = fromBase64(sealed);
      const decipher = createDecipheriv('aes-256-gcm', key, bytes.subarray(0, nonceLength));
      decipher.setAAD(utf8Encode(place)).setAuthTag(bytes.subarray(bytes.length - tagLength));
      try {
        return utf8Decode(
          concatBytes(decipher.update(bytes.subarray(nonceLength, bytes.length - tagLength)), decipher.final()),
        );
      } catch (error) {
        throw new CodedError('ERR_SERVICE_INTERNAL', {}, { cause: error });
      }
    },
  };
}

const factName = 'data-key';

/**
 * A database is sealed under one key: the first service that works on it says which, and no other may write what it could not open.
 *
 * @throws {CodedError} ERR_SERVICE_CONFIG_INVALID when the folder of secrets is not the one that belongs to this database
 */
export async function requireKeyOf({ store, personal }: Pick<Ports, 'store' | 'personal'>): Promise<void> {
  const known = await store.transaction(async ({ facts }) => {
    const value = await facts.get(factName);
    if (value === null) await facts.set(factName, personal.keyId);
    return value ?? personal.keyId;
  });
  if (known !== personal.keyId)
    throw new CodedError('ERR_SERVICE_CONFIG_INVALID', { key: fileName, rule: `the key ${known} of this database` });
}
