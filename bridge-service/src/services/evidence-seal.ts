import { createCipheriv, createDecipheriv, createHmac, createSecretKey, type KeyObject } from 'node:crypto';
import { existsSync } from 'node:fs';
import path from 'node:path';
import { concatBytes, fromHex, toHex, utf8Encode } from '@onelock/core/bytes';
import type { CryptoOps } from '@onelock/core/crypto';
import { CodedError } from '@onelock/core/errors';
import { readOrMakeSecret } from '../secrets/secret-file.ts';
import type { EvidenceSeal } from './ports/evidence-seal.ts';
import type { Store } from './ports/store.ts';

/** By a key that nobody has given. */
export class UnknownSeal extends Error {
  readonly keyId: string;

  constructor(keyId: string) {
    super(`no key ${keyId}`);
    this.keyId = keyId;
  }
}

export const evidenceKeysFile = 'evidence-keys';
const nonceLength = 12;
const tagLength = 16;

/**
 * AES-256-GCM under the first key of a file in the folder of secrets; those after it only open. The file is made at a first start; nodes on one database
 * share it. A key is given to all of them in the second line before it is moved to the first.
 *
 * @throws {CodedError} ERR_SERVICE_CONFIG_INVALID for a file that holds no keys
 */
export function createEvidenceSeal(folder: string, ops: Pick<CryptoOps, 'random' | 'digest'>): EvidenceSeal {
  const text = readOrMakeSecret(folder, evidenceKeysFile, () => `${toHex(ops.random(32))}\n`);
  const lines = text.split(/\r?\n/).filter((line) => line.trim() !== '');
  if (lines.length === 0 || !lines.every((line) => /^[0-9a-f]{64}$/.test(line.trim())))
    throw new CodedError('ERR_SERVICE_CONFIG_INVALID', { key: evidenceKeysFile, rule: '64 hex digits a line' });
  const keys = lines.map((line) => {
    const key = fromHex(line.trim());
    return {
      id: toHex(ops.digest('sm3', utf8Encode('onelock-evidence-key\n'), key)).slice(0, 16),
      place: placeKeys(key),
    };
  });
  const [current] = keys;
  if (current === undefined)
    throw new CodedError('ERR_SERVICE_CONFIG_INVALID', { key: evidenceKeysFile, rule: 'a key' });
  const byId = new Map(keys.map(({ id, place }) => [id, place]));
  return {
    keyId: current.id,
    keys: byId.size,
    knows: (keyId) => byId.has(keyId),
    seal(digest, bytes) {
      const nonce = ops.random(nonceLength);
      const cipher = createCipheriv('aes-256-gcm', current.place(digest), nonce).setAAD(placeOf(digest));
      return concatBytes(nonce, cipher.update(bytes), cipher.final(), cipher.getAuthTag());
    },
    open({ digest, bytes, sealedBy }) {
      if (sealedBy === '') return bytes;
      const place = byId.get(sealedBy);
      if (place === undefined) throw new UnknownSeal(sealedBy);
      if (bytes.length < nonceLength + tagLength) return null;
      const end = bytes.length - tagLength;
      const decipher = createDecipheriv('aes-256-gcm', place(digest), bytes.subarray(0, nonceLength), {
        authTagLength: tagLength,
      });
      decipher.setAAD(placeOf(digest)).setAuthTag(bytes.subarray(end));
      try {
        return concatBytes(decipher.update(bytes.subarray(nonceLength, end)), decipher.final());
      } catch {
        // Its tag is wrong: whatever was there is not what was sealed.
        return null;
      }
    },
  };
}

const placeOf = (digest: string): Uint8Array => utf8Encode(`onelock-evidence-v1\n${digest}`);

/**
 * One key for each first byte of a digest: so many nonces are drawn at random under each that a province's years stay far from the 2³² that
 * NIST SP 800-38D §8.3 allows under one.
 */
function placeKeys(key: Uint8Array): (digest: string) => KeyObject {
  const derived = new Map<string, KeyObject>();
  return (digest) => {
    const part = digest.slice(0, 2);
    const found = derived.get(part);
    if (found !== undefined) return found;
    const made = createSecretKey(createHmac('sha256', key).update(`onelock-evidence-v1\n${part}`).digest());
    derived.set(part, made);
    return made;
  };
}

const factName = 'evidence-key';

/**
 * What a database holds is sealed under some key: no service may go on without it, nor make another in its place. The first key of the file counts from now on.
 *
 * @throws {CodedError} ERR_SERVICE_CONFIG_INVALID when the folder of secrets is not the one that belongs to this database
 */
export async function loadEvidenceSeal(
  folder: string,
  { store, ops }: { readonly store: Pick<Store, 'transaction' | 'facts'>; readonly ops: CryptoOps },
): Promise<EvidenceSeal> {
  const known = await store.facts.get(factName);
  const refuse = (keyId: string): never => {
    throw new CodedError('ERR_SERVICE_CONFIG_INVALID', {
      key: evidenceKeysFile,
      rule: `the key ${keyId} of this database`,
    });
  };
  if (known !== null && !existsSync(path.join(folder, evidenceKeysFile))) refuse(known);
  const seal = createEvidenceSeal(folder, ops);
  if (known === seal.keyId) return seal;
  await store.transaction(async ({ facts }) => {
    // Another node with a folder of its own may have begun in this very moment.
    const present = await facts.get(factName);
    if (present !== null && !seal.knows(present)) refuse(present);
    await facts.set(factName, seal.keyId);
  });
  return seal;
}
