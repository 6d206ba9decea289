import { concatBytes } from '@onelock/core/bytes';
import { type DigestAlgorithm, decodeSm2Cipher, type KeyEncryption } from '@onelock/core/crypto';
import { CodedError } from '@onelock/core/errors';
import type { Pkcs11Mechanisms } from '../port/index.ts';
import { CKM_RSA_PKCS, CKM_RSA_PKCS_OAEP, type Cryptoki, type Handle, type Mechanism } from './abi.ts';
import { codedFailure } from './errors.ts';
import type { KeyObject } from './objects.ts';

export type Sm2CipherForm = NonNullable<NonNullable<NonNullable<Pkcs11Mechanisms['sm2']>['decrypt']>['input']>;

export interface DecryptAbilities {
  readonly mechanisms: ReadonlySet<number>;
  readonly oaepParameterType: number;
  readonly sm2: Pkcs11Mechanisms['sm2'];
}

/** CKM_x and CKG_MGF1_x. */
const oaepDigests: Partial<Record<DigestAlgorithm, { readonly digest: number; readonly mgf1: number }>> = {
  sha1: { digest: 0x220, mgf1: 1 },
  sha224: { digest: 0x255, mgf1: 5 },
  sha256: { digest: 0x250, mgf1: 2 },
  sha384: { digest: 0x260, mgf1: 3 },
  sha512: { digest: 0x270, mgf1: 4 },
};

const CKZ_DATA_SPECIFIED = 1;
const maxPlainBytes = 8192;

/** What libraries say of a ciphertext that they cannot open, besides the codes that mean nothing else. */
export const saysWrongCiphertext: ReadonlySet<string> = new Set([
  'CKR_DATA_INVALID',
  'CKR_DATA_LEN_RANGE',
  'CKR_FUNCTION_FAILED',
  'CKR_GENERAL_ERROR',
]);

/** How one decryption is asked of C_DecryptInit and C_Decrypt. */
export interface DecryptPlan {
  readonly mechanism: Mechanism;
  readonly data: Uint8Array;
  readonly algorithm: string;
}

/** @throws {CodedError} ERR_TOKEN_ALGORITHM_UNSUPPORTED, ERR_ENVELOPE_CONTENT_INVALID for what is no SM2Cipher */
export function planDecryption(
  key: KeyObject,
  scheme: KeyEncryption,
  ciphertext: Uint8Array,
  abilities: DecryptAbilities,
): DecryptPlan {
  const { mechanisms, sm2 } = abilities;
  if (key.kind === 'sm2' && scheme.kind === 'sm2') {
    const way = sm2?.decrypt;
    if (way === undefined || !mechanisms.has(way.mechanism)) throw unsupported('sm2');
    const data = sm2CipherInForm(ciphertext, way.input ?? 'c1c3c2');
    return { mechanism: { mechanism: way.mechanism }, data, algorithm: 'sm2' };
  }
  if (key.kind !== 'rsa' || scheme.kind === 'sm2') throw unsupported(scheme.kind);
  const number = scheme.kind === 'rsa-oaep' ? CKM_RSA_PKCS_OAEP : CKM_RSA_PKCS;
  if (!mechanisms.has(number)) throw unsupported(scheme.kind);
  const parameter = scheme.kind === 'rsa-oaep' ? oaepParameter(scheme, abilities.oaepParameterType) : undefined;
  return {
    mechanism: { mechanism: number, ...(parameter && { parameter }) },
    data: ciphertext,
    algorithm: scheme.kind,
  };
}

export function beginDecryption(cryptoki: Cryptoki, session: Handle, key: KeyObject, plan: DecryptPlan): void {
  try {
    cryptoki.C_DecryptInit(session, plan.mechanism, key.handle);
  } catch (error) {
    const failure = codedFailure('C_DecryptInit', error, { algorithm: plan.algorithm });
    // SoftHSM2 says so to every digest of OAEP but SHA-1.
    throw failure.native?.name === 'CKR_ARGUMENTS_BAD' ? unsupported(plan.algorithm) : failure;
  }
}

/** @throws {CodedError} ERR_ENVELOPE_CONTENT_INVALID whatever is wrong with the ciphertext */
export function finishDecryption(cryptoki: Cryptoki, session: Handle, plan: DecryptPlan): Uint8Array {
  try {
    return new Uint8Array(cryptoki.C_Decrypt(session, Buffer.from(plan.data), Buffer.alloc(maxPlainBytes)));
  } catch (error) {
    const failure = codedFailure('C_Decrypt', error, { algorithm: plan.algorithm });
    if (!saysWrongCiphertext.has(failure.native?.name ?? '')) throw failure;
    const options = { ...(failure.native && { native: failure.native }), cause: error };
    throw new CodedError('ERR_ENVELOPE_CONTENT_INVALID', {}, options);
  }
}

/** SM2Cipher as a vendor's mechanism takes it. @throws {CodedError} ERR_ENVELOPE_CONTENT_INVALID */
export function sm2CipherInForm(ciphertext: Uint8Array, form: Sm2CipherForm): Uint8Array {
  const { c1, c2, c3 } = readSm2Cipher(ciphertext);
  if (form === 'der') return ciphertext;
  const start = form.endsWith('-bare') ? c1.subarray(1) : c1;
  return form.startsWith('c1c3c2') ? concatBytes(start, c3, c2) : concatBytes(start, c2, c3);
}

function readSm2Cipher(ciphertext: Uint8Array): ReturnType<typeof decodeSm2Cipher> {
  try {
    return decodeSm2Cipher(ciphertext);
  } catch (cause) {
    throw new CodedError('ERR_ENVELOPE_CONTENT_INVALID', {}, { cause });
  }
}

function oaepParameter(scheme: Extract<KeyEncryption, { kind: 'rsa-oaep' }>, type: number) {
  const hashAlg = oaepDigests[scheme.digest]?.digest;
  const mgf = oaepDigests[scheme.mgf1Digest]?.mgf1;
  if (hashAlg === undefined || mgf === undefined) throw unsupported(`rsa-oaep ${scheme.digest}`);
  const sourceData = scheme.label === undefined ? undefined : Buffer.from(scheme.label);
  return { type, hashAlg, mgf, source: CKZ_DATA_SPECIFIED, ...(sourceData?.length && { sourceData }) };
}

function unsupported(algorithm: string): CodedError {
  return new CodedError('ERR_TOKEN_ALGORITHM_UNSUPPORTED', { algorithm });
}
