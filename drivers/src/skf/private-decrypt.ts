import type { SkfQuirks } from '../port/index.ts';
import type { ArgumentKind } from './functions.ts';

/** A vendor's function that decrypts with a private key: GM/T 0016-2012 has none. */
export type PrivateDecrypt = NonNullable<SkfQuirks['privateDecrypt']>[number];

/**
 * Those whose names mean one thing wherever they are met. SKF_ECCDecrypt and SKF_RSADecrypt mean three each: a driver that has
 * them says which.
 */
const unambiguous: readonly PrivateDecrypt[] = [
  { name: 'SKF_ECCPrvKeyDecrypt', algorithm: 'sm2', form: 'blob' },
  { name: 'SKF_ECCPrvKeyDecryptEx', algorithm: 'sm2', form: 'flag-blob', encryptionFlag: 0 },
  { name: 'SKF_PrvKeyDecrypt', algorithm: 'sm2', form: 'flag-blob', encryptionFlag: 1 },
  { name: 'SKF_RSAPrvKeyDecrypt', algorithm: 'rsa', form: 'bytes' },
];

export function privateDecryptOf({ privateDecrypt }: SkfQuirks): readonly PrivateDecrypt[] {
  return privateDecrypt ?? unambiguous;
}

const argumentKinds = {
  blob: ['handle', 'pointer', 'pointer', 'pointer'],
  'flag-blob': ['handle', 'ulong', 'pointer', 'pointer', 'pointer'],
  bytes: ['handle', 'pointer', 'ulong', 'pointer', 'pointer'],
  'flag-bytes': ['handle', 'ulong', 'pointer', 'ulong', 'pointer', 'pointer'],
  'bytes-flag': ['handle', 'pointer', 'ulong', 'pointer', 'pointer', 'ulong'],
} as const satisfies Record<PrivateDecrypt['form'], readonly ArgumentKind[]>;

export function argumentsOf(form: PrivateDecrypt['form']): readonly ArgumentKind[] {
  return argumentKinds[form];
}

/** The flag that names a key. Vendors number `sign` 1 and `encrypt` 0, or `encrypt` 1 and `sign` 2. */
export function flagOf({ encryptionFlag = 0 }: PrivateDecrypt, use: 'signing' | 'encryption'): number {
  return use === 'encryption' ? encryptionFlag : encryptionFlag + 1;
}
