import {
  completeLacks,
  type KeySpec,
  type Pkcs11Mechanisms,
  type TokenCapability,
  type TokenLack,
} from '../port/index.ts';
import {
  CKF_RNG,
  CKF_SO_PIN_LOCKED,
  CKF_WRITE_PROTECTED,
  CKM_ECDSA,
  CKM_EDDSA,
  CKM_RSA_PKCS,
  type TokenInfo,
} from './abi.ts';
import type { ContentAbilities } from './content-keys.ts';
import { generatedSpecs } from './generate-key.ts';
import type { KeyKindName } from './key-kinds.ts';

export interface Pkcs11Abilities {
  readonly algorithms: readonly ('rsa' | 'sm2' | 'ec' | 'ed25519')[];
  readonly capabilities: readonly TokenCapability[];
  readonly lacks: readonly TokenLack[];
  readonly keySpecs: readonly KeySpec[];
}

/** What decides on a token's abilities besides its flags. */
export interface TokenTraits {
  readonly mechanisms: ReadonlySet<number>;
  readonly content: ContentAbilities;
  /** What its vendor's configuration says of SM2 and SM4. */
  readonly vendors: Pkcs11Mechanisms;
  /** Of the keys that it shows; those of a token that shows none may be any. */
  readonly kinds: ReadonlySet<KeyKindName>;
}

/** What a token can do: by its mechanisms, by the kinds of its keys, and by whether it may be written. */
export function describeAbilities(
  { flags }: Pick<TokenInfo, 'flags'>,
  { mechanisms, content, vendors, kinds }: TokenTraits,
): Pkcs11Abilities {
  const { sm2, sm4 } = vendors;
  const holds = (kind: KeyKindName): boolean => kinds.size === 0 || kinds.has(kind);
  const has = (number: number | undefined): boolean => number !== undefined && mechanisms.has(number);
  const rsa = has(CKM_RSA_PKCS);
  const signsSm2 = has(sm2?.sign?.mechanism);
  const writable = (flags & CKF_WRITE_PROTECTED) === 0;
  const keySpecs = writable ? generatedSpecs(mechanisms, sm2) : [];
  const decrypts = (rsa && holds('rsa')) || (has(sm2?.decrypt?.mechanism) && holds('sm2'));
  const opensContent =
    (content.aes && content.unwraps.size > 0 && holds('rsa')) ||
    (has(sm4?.cbc) && has(sm2?.unwrapContentKey?.mechanism) && holds('sm2'));
  const signsDigests =
    (rsa && holds('rsa')) ||
    (has(CKM_ECDSA) && holds('ec')) ||
    (signsSm2 && sm2?.sign?.input !== 'message' && holds('sm2'));
  const capabilities: readonly TokenCapability[] = [
    'sign-message',
    ...(signsDigests ? (['sign-digest'] as const) : []),
    ...((flags & CKF_RNG) === 0 ? [] : (['random'] as const)),
    ...(decrypts ? (['decrypt'] as const) : []),
    ...(opensContent ? (['decrypt-content'] as const) : []),
    ...(writable ? (['change-pin'] as const) : []),
    ...(writable && (flags & CKF_SO_PIN_LOCKED) === 0 ? (['unblock-pin'] as const) : []),
    ...(keySpecs.length > 0 ? (['generate-key'] as const) : []),
    ...(writable ? (['import-certificate'] as const) : []),
    ...(writable && has(sm2?.unwrap?.mechanism) ? (['import-encryption-key'] as const) : []),
    'read-files',
  ];
  const readOnly = writable ? [] : written.map((capability) => lack(capability, 'token', 'CKF_WRITE_PROTECTED'));
  const lacks: readonly TokenLack[] = [
    ...readOnly,
    lack('sign-digest', 'token', 'none of its keys signs a digest of others'),
    lack('decrypt', 'token', 'none of its keys, or of its mechanisms, decrypts'),
    lack('unblock-pin', 'token', 'CKF_SO_PIN_LOCKED'),
    lack('pin-retries', 'family', 'PKCS#11 says only when tries are low, last, or none'),
    lack('unblock-pin-remote', 'family', 'PKCS#11 has no function for it'),
    lack('decrypt-content', 'token', 'none of its keys unwraps a content key, or it has no cipher for content'),
    lack('import-encryption-key', 'library', 'no mechanism of the vendor unwraps ENVELOPEDKEYBLOB'),
  ];
  return {
    algorithms: [
      ...(rsa ? (['rsa'] as const) : []),
      ...(has(CKM_ECDSA) ? (['ec'] as const) : []),
      ...(has(CKM_EDDSA) ? (['ed25519'] as const) : []),
      ...(signsSm2 ? (['sm2'] as const) : []),
    ],
    capabilities,
    lacks: completeLacks(capabilities, lacks, 'token'),
    keySpecs,
  };
}

/** What C_SetPIN, C_InitPIN and C_CreateObject need a read-write session for. */
const written = [
  'change-pin',
  'unblock-pin',
  'generate-key',
  'import-certificate',
  'import-encryption-key',
] as const satisfies readonly TokenCapability[];

function lack(capability: TokenCapability, reason: TokenLack['reason'], detail: string): TokenLack {
  return { capability, reason, detail };
}
