import type { KeyEncryption } from '@onelock/core/crypto';
import { CodedError } from '@onelock/core/errors';
import { withoutBlockPadding } from '../keys/block-padding.ts';
import type { ContentCipher, Pkcs11Mechanisms, SealedContent } from '../port/index.ts';
import {
  CKA_CLASS,
  CKA_DECRYPT,
  CKA_EXTRACTABLE,
  CKA_KEY_TYPE,
  CKA_PRIVATE,
  CKA_SENSITIVE,
  CKA_TOKEN,
  CKA_VALUE_LEN,
  CKF_DECRYPT,
  CKF_UNWRAP,
  CKK_AES,
  CKM_AES_CBC,
  CKM_RSA_PKCS,
  CKM_RSA_PKCS_OAEP,
  CKO_SECRET_KEY,
  type Cryptoki,
  type Handle,
  type Mechanism,
} from './abi.ts';
import { type DecryptAbilities, planDecryption, saysWrongCiphertext, sm2CipherInForm } from './decrypt.ts';
import { codedFailure } from './errors.ts';
import { destroy } from './import-certificate.ts';
import { attributes, type KeyObject } from './objects.ts';

const blockBytes = 16;
/** What a token is given at once; whole blocks. */
const partBytes = 4096;
const keyBytes: Readonly<Record<ContentCipher, number>> = { 'sm4-cbc': 16, 'aes-128-cbc': 16, 'aes-256-cbc': 32 };

/**
 * What a token that has the cipher says of a key of another length. Libraries that answer wrong padding of PKCS#1 v1.5 with other
 * octets, as they should, unwrap to such a key.
 */
const refusesKey: ReadonlySet<string> = new Set([
  'CKR_KEY_SIZE_RANGE',
  'CKR_KEY_TYPE_INCONSISTENT',
  'CKR_MECHANISM_INVALID',
]);

/** Which keys of a token open content inside: it unwraps a content key with them, and has the content's cipher. */
export interface ContentAbilities {
  /** CKM_RSA_PKCS and CKM_RSA_PKCS_OAEP, as far as they unwrap. */
  readonly unwraps: ReadonlySet<number>;
  readonly aes: boolean;
}

export type ContentMechanisms = Pick<Pkcs11Mechanisms, 'sm2' | 'sm4'>;

/** By CK_MECHANISM_INFO: many tokens decrypt with a key and unwrap nothing with it. */
export function contentAbilities(cryptoki: Cryptoki, slot: Handle, mechanisms: ReadonlySet<number>): ContentAbilities {
  const may = (mechanism: number, flag: number): boolean => {
    if (!mechanisms.has(mechanism)) return false;
    try {
      return (cryptoki.C_GetMechanismInfo(slot, mechanism).flags & flag) !== 0;
    } catch (error) {
      throw codedFailure('C_GetMechanismInfo', error);
    }
  };
  const unwraps = new Set([CKM_RSA_PKCS, CKM_RSA_PKCS_OAEP].filter((each) => may(each, CKF_UNWRAP)));
  return { unwraps, aes: may(CKM_AES_CBC, CKF_DECRYPT) };
}

/** What opening a part of a content needs. */
export interface ContentOpener {
  readonly cryptoki: Cryptoki;
  readonly session: Handle;
  readonly key: KeyObject;
  readonly abilities: DecryptAbilities;
  readonly content: ContentAbilities;
  readonly vendors: ContentMechanisms;
}

/**
 * The content key is unwrapped inside and stays there as a session's object (C_UnwrapKey, PKCS#11 v2.40 §5.14); the content goes
 * through the token.
 *
 * @throws {CodedError} ERR_ENVELOPE_CONTENT_INVALID whatever is wrong with key or content, ERR_TOKEN_ALGORITHM_UNSUPPORTED,
 *   ERR_TOKEN_KEY_USAGE for a key that may not unwrap
 */
export function decryptInside(opener: ContentOpener, scheme: KeyEncryption, content: SealedContent): Uint8Array {
  if (content.ciphertext.length % blockBytes !== 0) throw new CodedError('ERR_ENVELOPE_CONTENT_INVALID');
  const { cryptoki, session, key } = opener;
  if (key.alwaysAuthenticate)
    throw new CodedError('ERR_TOKEN_KEY_USAGE', { required: 'CKA_ALWAYS_AUTHENTICATE = false' });
  const cipher = cipherOf(opener, content.cipher);
  const { mechanism, data } = wrappingOf(opener, scheme, content.encryptedKey);
  const secret = unwrap(opener, mechanism, data, cipher.keyType);
  try {
    demandKeyLength(opener, secret, content.cipher);
    const plain = decryptBlocks(cryptoki, session, secret, cipher.mechanism, content);
    return content.last ? withoutBlockPadding(plain) : plain;
  } finally {
    destroy(cryptoki, session, secret);
  }
}

function cipherOf(
  { vendors, abilities, content }: ContentOpener,
  cipher: ContentCipher,
): { readonly keyType: number; readonly mechanism: number } {
  if (cipher !== 'sm4-cbc' && content.aes) return { keyType: CKK_AES, mechanism: CKM_AES_CBC };
  const { sm4 } = vendors;
  if (cipher === 'sm4-cbc' && sm4 !== undefined && abilities.mechanisms.has(sm4.cbc))
    return { keyType: sm4.keyType, mechanism: sm4.cbc };
  throw new CodedError('ERR_TOKEN_ALGORITHM_UNSUPPORTED', { algorithm: cipher });
}

function wrappingOf(
  { key, abilities, content, vendors }: ContentOpener,
  scheme: KeyEncryption,
  encryptedKey: Uint8Array,
): { readonly mechanism: Mechanism; readonly data: Uint8Array } {
  if (key.kind === 'sm2' && scheme.kind === 'sm2') {
    const way = vendors.sm2?.unwrapContentKey;
    if (way === undefined || !abilities.mechanisms.has(way.mechanism))
      throw new CodedError('ERR_TOKEN_ALGORITHM_UNSUPPORTED', { algorithm: 'sm2' });
    return { mechanism: { mechanism: way.mechanism }, data: sm2CipherInForm(encryptedKey, way.input ?? 'c1c3c2') };
  }
  const plan = planDecryption(key, scheme, encryptedKey, abilities);
  if (content.unwraps.has(plan.mechanism.mechanism)) return plan;
  throw new CodedError('ERR_TOKEN_ALGORITHM_UNSUPPORTED', { algorithm: scheme.kind });
}

function unwrap(
  { cryptoki, session, key }: ContentOpener,
  mechanism: Mechanism,
  wrapped: Uint8Array,
  keyType: number,
): Handle {
  const template = [
    { type: CKA_CLASS, value: CKO_SECRET_KEY },
    { type: CKA_KEY_TYPE, value: keyType },
    { type: CKA_TOKEN, value: false },
    { type: CKA_PRIVATE, value: true },
    { type: CKA_SENSITIVE, value: true },
    { type: CKA_EXTRACTABLE, value: false },
    { type: CKA_DECRYPT, value: true },
  ];
  try {
    return cryptoki.C_UnwrapKey(session, mechanism, key.handle, Buffer.from(wrapped), template);
  } catch (error) {
    throw asWrongContent(codedFailure('C_UnwrapKey', error, { algorithm: key.kind }));
  }
}

/** A key of another length opens nothing, as far as the token tells the length; SoftHSM2 does not. */
function demandKeyLength({ cryptoki, session }: ContentOpener, secret: Handle, cipher: ContentCipher): void {
  const [length] = attributes(cryptoki, session, secret, [CKA_VALUE_LEN]);
  const told = length !== undefined && length.length >= 4 ? length.readUInt32LE(0) : 0;
  if (told !== 0 && told !== keyBytes[cipher]) throw new CodedError('ERR_ENVELOPE_CONTENT_INVALID');
}

/** Without padding on the token's side: how each treats a last block is its own affair. */
function decryptBlocks(
  cryptoki: Cryptoki,
  session: Handle,
  secret: Handle,
  mechanism: number,
  { iv, ciphertext }: SealedContent,
): Uint8Array {
  const plain = new Uint8Array(ciphertext.length);
  let filled = 0;
  const take = (bytes: Uint8Array): void => {
    if (filled + bytes.length > plain.length) throw wrongLength();
    plain.set(bytes, filled);
    filled += bytes.length;
  };
  try {
    cryptoki.C_DecryptInit(session, { mechanism, parameter: Buffer.from(iv) }, secret);
    const output = Buffer.alloc(partBytes + blockBytes);
    for (let at = 0; at < ciphertext.length; at += partBytes)
      take(cryptoki.C_DecryptUpdate(session, Buffer.from(ciphertext.subarray(at, at + partBytes)), output));
    take(cryptoki.C_DecryptFinal(session, output));
    output.fill(0);
  } catch (error) {
    throw asWrongContent(codedFailure('C_DecryptUpdate', error, { algorithm: 'content' }), refusesKey);
  }
  if (filled !== plain.length) throw wrongLength();
  return plain;
}

function asWrongContent(failure: CodedError, more: ReadonlySet<string> = new Set()): CodedError {
  const name = failure.native?.name ?? '';
  if (!saysWrongCiphertext.has(name) && !more.has(name)) return failure;
  const options = { ...(failure.native && { native: failure.native }), cause: failure };
  return new CodedError('ERR_ENVELOPE_CONTENT_INVALID', {}, options);
}

function wrongLength(): CodedError {
  return new CodedError('ERR_TOKEN_NATIVE_FAILURE', { api: 'C_DecryptUpdate', name: 'OUTPUT_OF_ANOTHER_LENGTH' });
}
