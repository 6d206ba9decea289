import type { TokenMechanism } from '../port/index.ts';
import type { Cryptoki, Handle } from './abi.ts';
import { codedFailure } from './errors.ts';

type Use = TokenMechanism['uses'][number];

const names: Readonly<Record<number, string>> = {
  0: 'CKM_RSA_PKCS_KEY_PAIR_GEN',
  1: 'CKM_RSA_PKCS',
  3: 'CKM_RSA_X_509',
  6: 'CKM_SHA1_RSA_PKCS',
  9: 'CKM_RSA_PKCS_OAEP',
  13: 'CKM_RSA_PKCS_PSS',
  64: 'CKM_SHA256_RSA_PKCS',
  65: 'CKM_SHA384_RSA_PKCS',
  66: 'CKM_SHA512_RSA_PKCS',
  544: 'CKM_SHA_1',
  592: 'CKM_SHA256',
  608: 'CKM_SHA384',
  624: 'CKM_SHA512',
  4160: 'CKM_EC_KEY_PAIR_GEN',
  4161: 'CKM_ECDSA',
  4176: 'CKM_ECDH1_DERIVE',
  4181: 'CKM_EC_EDWARDS_KEY_PAIR_GEN',
  4183: 'CKM_EDDSA',
  4224: 'CKM_AES_KEY_GEN',
  4226: 'CKM_AES_CBC',
  4229: 'CKM_AES_CBC_PAD',
  4231: 'CKM_AES_GCM',
};

/** CKF_* of CK_MECHANISM_INFO (PKCS#11 v2.40 §3.4). */
const uses: readonly (readonly [flag: number, use: Use])[] = [
  [0x100, 'encrypt'],
  [0x200, 'decrypt'],
  [0x400, 'digest'],
  [0x800, 'sign'],
  [0x2000, 'verify'],
  [0x8000 | 0x10000, 'generate'],
  [0x20000, 'wrap'],
  [0x40000, 'unwrap'],
  [0x80000, 'derive'],
];
const maxMechanisms = 512;
const maxKeyBits = 1_000_000;

/** Every mechanism of a token. @throws {CodedError} as C_GetMechanismList */
export function describeMechanisms(cryptoki: Cryptoki, slot: Handle): readonly TokenMechanism[] {
  try {
    return cryptoki
      .C_GetMechanismList(slot)
      .slice(0, maxMechanisms)
      .map((value) => describe(cryptoki, slot, value >>> 0));
  } catch (error) {
    throw codedFailure('C_GetMechanismList', error);
  }
}

function describe(cryptoki: Cryptoki, slot: Handle, value: number): TokenMechanism {
  const { minKeySize, maxKeySize, flags } = cryptoki.C_GetMechanismInfo(slot, value);
  return {
    name: names[value] ?? `0x${value.toString(16).toUpperCase().padStart(8, '0')}`,
    value,
    minKeyBits: bits(minKeySize),
    maxKeyBits: bits(maxKeySize),
    uses: uses.filter(([flag]) => (flags & flag) !== 0).map(([, use]) => use),
  };
}

function bits(size: number): number | null {
  return size > 0 && size <= maxKeyBits ? size : null;
}
