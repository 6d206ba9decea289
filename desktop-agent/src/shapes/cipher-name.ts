import type { SealingCipher } from '@onelock/core/cms';
import type { Params } from '@onelock/core/contract';
import type { CipherName } from '@onelock/core/crypto';

type CipherId = NonNullable<Params<'encryptData'>['algorithm']>;

const sealing: Readonly<Record<CipherId, SealingCipher>> = {
  'SM4-CBC': 'sm4-cbc',
  'SM4-GCM': 'sm4-gcm',
  'AES-256-CBC': 'aes-256-cbc',
  'AES-256-GCM': 'aes-256-gcm',
};

/** The contract's ciphers, which new envelopes are made with. */
export function sealingCipher(id: CipherId): SealingCipher {
  return sealing[id];
}

/** The contract's name of any cipher that envelopes are opened with, e.g. `AES-128-CBC`, `DES-EDE3-CBC`. */
export function cipherId(cipher: CipherName): string {
  return cipher.toUpperCase();
}

/** What a new envelope is made with when nobody names a cipher. */
export function defaultCipher(national: boolean): CipherId {
  return national ? 'SM4-CBC' : 'AES-256-CBC';
}
