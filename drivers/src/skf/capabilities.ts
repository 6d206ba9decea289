import { completeLacks, type KeySpec, type TokenCapability, type TokenLack } from '../port/index.ts';
import type { PrivateDecryption } from './decrypt.ts';
import type { FunctionName } from './functions.ts';
import { generatedSpecs } from './generate-key.ts';
import type { SkfLibrary } from './library.ts';
import { hasSessionKeys } from './session-keys.ts';

export interface SkfAbilities {
  readonly capabilities: readonly TokenCapability[];
  readonly lacks: readonly TokenLack[];
  readonly keySpecs: readonly KeySpec[];
}

/** Which exported functions a capability needs. */
const needs = {
  random: ['SKF_GenRandom'],
  'pin-retries': ['SKF_GetPINInfo'],
  'change-pin': ['SKF_ChangePIN'],
  'unblock-pin': ['SKF_UnblockPIN'],
  'import-certificate': ['SKF_ImportCertificate', 'SKF_ExportPublicKey'],
  'import-encryption-key': ['SKF_ImportECCKeyPair', 'SKF_ExportPublicKey'],
  'read-files': ['SKF_EnumFiles', 'SKF_GetFileInfo', 'SKF_ReadFile'],
} as const satisfies Partial<Record<TokenCapability, readonly FunctionName[]>>;

const signs = [
  ['rsa', 'SKF_RSASignData'],
  ['sm2', 'SKF_ECCSignData'],
] as const satisfies readonly (readonly ['rsa' | 'sm2', FunctionName])[];

const notExported = (name: string): string => `${name} is not exported`;

/** What a device of this library can do: by the functions that there are, and by what was seen to work. */
export function describeAbilities(
  library: SkfLibrary,
  decryption: PrivateDecryption,
  algorithms: readonly ('rsa' | 'sm2')[],
): SkfAbilities {
  const keySpecs = generatedSpecs(library, algorithms);
  const lacks: TokenLack[] = [
    { capability: 'unblock-pin-remote', reason: 'family', detail: 'GM/T 0016 has no function for it' },
    { capability: 'sign-digest', reason: 'library', detail: notExported('SKF_ECCSignData') },
    {
      capability: 'decrypt',
      reason: 'library',
      detail: 'GM/T 0016-2012 has no function for it, and none of the vendor is known or works',
    },
    { capability: 'decrypt-content', reason: 'library', detail: notExported('SKF_ImportSessionKey') },
    { capability: 'generate-key', reason: 'library', detail: notExported('SKF_GenECCKeyPair') },
  ];
  const byFunction: TokenCapability[] = [];
  for (const [capability, names] of Object.entries(needs) as [TokenCapability, readonly FunctionName[]][]) {
    const missing = names.find((name) => !library.has(name));
    if (missing === undefined) byFunction.push(capability);
    else lacks.push({ capability, reason: 'library', detail: notExported(missing) });
  }
  const capabilities: readonly TokenCapability[] = [
    'sign-message',
    // Both functions take a digest and hash nothing (GM/T 0016-2012 §7.6).
    ...(signs.some(([algorithm, name]) => algorithms.includes(algorithm) && library.has(name))
      ? (['sign-digest'] as const)
      : []),
    ...(algorithms.some((algorithm) => decryption.mayDo(algorithm)) ? (['decrypt'] as const) : []),
    ...(hasSessionKeys(library) ? (['decrypt-content'] as const) : []),
    ...(keySpecs.length > 0 ? (['generate-key'] as const) : []),
    ...byFunction,
  ];
  return { capabilities, keySpecs, lacks: completeLacks(capabilities, lacks, 'library') };
}
