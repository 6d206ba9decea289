import { toHex } from '@onelock/core/bytes';
import { parsePublicKey } from '@onelock/core/crypto';
import { CodedError } from '@onelock/core/errors';
import type { GeneratedKey, KeySpec, Pkcs11Mechanisms } from '../port/index.ts';
import {
  type Attribute,
  CKA_DECRYPT,
  CKA_EC_PARAMS,
  CKA_ENCRYPT,
  CKA_EXTRACTABLE,
  CKA_ID,
  CKA_LABEL,
  CKA_MODULUS_BITS,
  CKA_PRIVATE,
  CKA_PUBLIC_EXPONENT,
  CKA_SENSITIVE,
  CKA_SIGN,
  CKA_TOKEN,
  CKA_UNWRAP,
  CKA_VERIFY,
  CKM_EC_KEY_PAIR_GEN,
  CKM_RSA_PKCS_KEY_PAIR_GEN,
  type Cryptoki,
  type Handle,
} from './abi.ts';
import { codedFailure } from './errors.ts';
import { newSigningId } from './key-ids.ts';
import { findPublicKeys, sm2Curve } from './objects.ts';

interface Generation {
  readonly mechanism: number;
  readonly publicKey: Attribute[];
  /** RSA keys decrypt as well, having one certificate for everything; SM2 signing keys open what a CA delivers. */
  readonly privateKey: Attribute[];
}

const p256Curve = '06082a8648ce3d030107';
const rsaBits = { 'rsa-2048': 2048, 'rsa-3072': 3072, 'rsa-4096': 4096 } as const;

/** Key pairs that a token makes, by the mechanisms that it has. */
export function generatedSpecs(mechanisms: ReadonlySet<number>, sm2: Pkcs11Mechanisms['sm2']): readonly KeySpec[] {
  const specs: readonly KeySpec[] = ['sm2', 'rsa-2048', 'rsa-3072', 'rsa-4096', 'p256'];
  return specs.filter((keySpec) => {
    const mechanism = generationOf(keySpec, sm2)?.mechanism;
    return mechanism !== undefined && mechanisms.has(mechanism);
  });
}

/**
 * Makes a signing key pair that never leaves.
 * @throws {CodedError} ERR_TOKEN_ALGORITHM_UNSUPPORTED, ERR_TOKEN_FULL
 */
export function generateOnToken(
  cryptoki: Cryptoki,
  session: Handle,
  keySpec: KeySpec,
  label: string,
  token: {
    readonly mechanisms: ReadonlySet<number>;
    readonly sm2: Pkcs11Mechanisms['sm2'];
    /** Whether an RSA key of it may unwrap content keys. */
    readonly unwrapsRsa: boolean;
  },
): GeneratedKey {
  const generation = generationOf(keySpec, token.sm2, token.unwrapsRsa);
  if (generation === undefined || !token.mechanisms.has(generation.mechanism))
    throw new CodedError('ERR_TOKEN_ALGORITHM_UNSUPPORTED', { algorithm: keySpec });
  const id = newSigningId();
  const common = [
    { type: CKA_TOKEN, value: true },
    { type: CKA_ID, value: Buffer.from(id) },
    { type: CKA_LABEL, value: Buffer.from(label, 'utf8') },
  ];
  const publicKey = [...common, { type: CKA_PRIVATE, value: false }, { type: CKA_VERIFY, value: true }];
  const privateKey = [
    ...common,
    { type: CKA_PRIVATE, value: true },
    { type: CKA_SENSITIVE, value: true },
    { type: CKA_EXTRACTABLE, value: false },
    { type: CKA_SIGN, value: true },
  ];
  try {
    const { mechanism, publicKey: own, privateKey: secret } = generation;
    cryptoki.C_GenerateKeyPair(session, { mechanism }, [...publicKey, ...own], [...privateKey, ...secret]);
  } catch (error) {
    throw codedFailure('C_GenerateKeyPair', error, { algorithm: keySpec });
  }
  const [made] = findPublicKeys(cryptoki, session, id);
  const kinds = { sm2: 'sm2', p256: 'ec', 'rsa-2048': 'rsa', 'rsa-3072': 'rsa', 'rsa-4096': 'rsa' } as const;
  if (made !== undefined && parsePublicKey(made.spki).kind === kinds[keySpec])
    return { identityId: toHex(id), publicKey: made.spki };
  throw new CodedError('ERR_TOKEN_NATIVE_FAILURE', { api: 'C_GenerateKeyPair', name: 'PUBLIC_KEY_INVALID' });
}

function generationOf(keySpec: KeySpec, sm2: Pkcs11Mechanisms['sm2'], unwrapsRsa = false): Generation | undefined {
  if (keySpec === 'sm2') {
    const mechanism = sm2?.generate?.mechanism;
    if (mechanism === undefined) return undefined;
    const unwraps = sm2?.unwrap !== undefined;
    return {
      mechanism,
      publicKey: [{ type: CKA_EC_PARAMS, value: Buffer.from(sm2Curve, 'hex') }],
      privateKey: unwraps ? [{ type: CKA_UNWRAP, value: true }] : [],
    };
  }
  if (keySpec === 'p256')
    return {
      mechanism: CKM_EC_KEY_PAIR_GEN,
      publicKey: [{ type: CKA_EC_PARAMS, value: Buffer.from(p256Curve, 'hex') }],
      privateKey: [],
    };
  return {
    mechanism: CKM_RSA_PKCS_KEY_PAIR_GEN,
    publicKey: [
      { type: CKA_MODULUS_BITS, value: rsaBits[keySpec] },
      { type: CKA_PUBLIC_EXPONENT, value: Buffer.of(1, 0, 1) },
      { type: CKA_ENCRYPT, value: true },
    ],
    privateKey: [{ type: CKA_DECRYPT, value: true }, ...(unwrapsRsa ? [{ type: CKA_UNWRAP, value: true }] : [])],
  };
}
