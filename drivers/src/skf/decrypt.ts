import { constants, createPublicKey, publicEncrypt, randomBytes } from 'node:crypto';
import { concatBytes, equalBytes } from '@onelock/core/bytes';
import { type CryptoOps, decodeSm2Cipher, type KeyEncryption, type PublicKey } from '@onelock/core/crypto';
import { CodedError, isCodedError } from '@onelock/core/errors';
import { encodeCipherBlob, type FieldSide } from './blobs.ts';
import type { ContainerKey } from './container-keys.ts';
import type { SkfHandle, SkfLibrary } from './library.ts';
import { flagOf, type PrivateDecrypt } from './private-decrypt.ts';
import type { ReturnValueName } from './return-values.ts';

/** What libraries say of a ciphertext that they cannot open. */
const saysWrongCiphertext: ReadonlySet<string> = new Set([
  'SAR_FAIL',
  'SAR_INDATALENERR',
  'SAR_INDATAERR',
  'SAR_RSADECERR',
  'SAR_DECRYPTPADERR',
  'SAR_HASHNOTEQUALERR',
] satisfies ReturnValueName[]);

/** One way in which this library was seen to decrypt. */
interface ProvenWay {
  readonly function: PrivateDecrypt;
  readonly side: FieldSide;
}

/**
 * Decrypts by the functions that vendors added. Which of them means what is proved, once per library and algorithm, by a
 * ciphertext of our own: a function of another shape says SAR_OK to anything.
 */
export class PrivateDecryption {
  readonly #library: SkfLibrary;
  readonly #ops: CryptoOps;
  readonly #proven = new Map<'sm2' | 'rsa', ProvenWay | null>();

  constructor(library: SkfLibrary, ops: CryptoOps) {
    this.#library = library;
    this.#ops = ops;
  }

  /** Whether there is a function for it that was not yet seen to fail. */
  mayDo(algorithm: 'sm2' | 'rsa'): boolean {
    if (this.#proven.has(algorithm)) return this.#proven.get(algorithm) !== null;
    return this.#library.privateDecrypt.some((vendors) => vendors.algorithm === algorithm);
  }

  /**
   * Opens short data.
   * @param ciphertext  DER of SM2Cipher, or modulus-length bytes
   * @throws {CodedError} ERR_ENVELOPE_CONTENT_INVALID, ERR_TOKEN_ALGORITHM_UNSUPPORTED, ERR_CALL_UNSUPPORTED
   */
  async decrypt(
    container: SkfHandle,
    key: ContainerKey,
    scheme: KeyEncryption,
    ciphertext: Uint8Array,
  ): Promise<Uint8Array> {
    const algorithm = algorithmOf(key.publicKey, scheme);
    const way = await this.#wayOf(algorithm, container, key);
    if (way === null) throw new CodedError('ERR_CALL_UNSUPPORTED', { call: 'decrypt' });
    return this.#decrypt(way, container, key, ciphertext);
  }

  async #wayOf(algorithm: 'sm2' | 'rsa', container: SkfHandle, key: ContainerKey): Promise<ProvenWay | null> {
    const known = this.#proven.get(algorithm);
    if (known !== undefined) return known;
    const found = await this.#prove(algorithm, container, key);
    this.#proven.set(algorithm, found);
    return found;
  }

  async #prove(algorithm: 'sm2' | 'rsa', container: SkfHandle, key: ContainerKey): Promise<ProvenWay | null> {
    const probe = new Uint8Array(randomBytes(16));
    const ciphertext = encryptTo(this.#ops, key.publicKey, probe);
    const sides: readonly FieldSide[] =
      algorithm === 'rsa' || key.side === 'right' ? ['right', 'left'] : ['left', 'right'];
    for (const vendors of this.#library.privateDecrypt.filter((each) => each.algorithm === algorithm)) {
      for (const side of vendors.form.endsWith('blob') ? sides : sides.slice(0, 1)) {
        const way = { function: vendors, side };
        const plain = await this.#decrypt(way, container, key, ciphertext).catch(unlessGone);
        if (plain !== null && equalBytes(plain, probe)) return way;
      }
    }
    return null;
  }

  async #decrypt(
    { function: vendors, side }: ProvenWay,
    container: SkfHandle,
    key: ContainerKey,
    ciphertext: Uint8Array,
  ): Promise<Uint8Array> {
    const flag = flagOf(vendors, key.use);
    const input = inputOf(vendors, ciphertext, this.#library, side);
    const data = vendors.form.endsWith('blob') ? [input] : [input, input.length];
    const head = vendors.form.startsWith('flag') ? [container, flag, ...data] : [container, ...data];
    try {
      const plain = await this.#library.readPrivately(vendors, head, vendors.form === 'bytes-flag' ? [flag] : []);
      return vendors.algorithm === 'rsa' ? withoutPadding(plain, ciphertext.length) : plain;
    } catch (error) {
      throw asWrongCiphertext(error);
    }
  }
}

/** @throws {CodedError} ERR_TOKEN_ALGORITHM_UNSUPPORTED */
export function algorithmOf(key: PublicKey, scheme: KeyEncryption): 'sm2' | 'rsa' {
  if (key.kind === 'sm2' && scheme.kind === 'sm2') return 'sm2';
  if (key.kind === 'rsa' && scheme.kind === 'rsa-pkcs1v15') return 'rsa';
  throw new CodedError('ERR_TOKEN_ALGORITHM_UNSUPPORTED', { algorithm: scheme.kind });
}

/** Whatever is wrong with a ciphertext is said in one way. */
export function asWrongCiphertext(error: unknown): unknown {
  if (!isCodedError(error) || !saysWrongCiphertext.has(error.native?.name ?? '')) return error;
  const options = { ...(error.native && { native: error.native }), cause: error };
  return new CodedError('ERR_ENVELOPE_CONTENT_INVALID', {}, options);
}

/** A ciphertext of our own, to see what comes out. */
export function encryptTo(ops: CryptoOps, key: PublicKey, plain: Uint8Array): Uint8Array {
  if (key.kind === 'sm2') return ops.sm2.encrypt(key, plain, 'asn1');
  const publicKey = createPublicKey({ key: Buffer.from(key.spki), format: 'der', type: 'spki' });
  return new Uint8Array(publicEncrypt({ key: publicKey, padding: constants.RSA_PKCS1_PADDING }, plain));
}

/** @throws {CodedError} ERR_ENVELOPE_CONTENT_INVALID for what is no SM2Cipher */
export function readSm2Cipher(ciphertext: Uint8Array): ReturnType<typeof decodeSm2Cipher> {
  try {
    return decodeSm2Cipher(ciphertext);
  } catch (cause) {
    throw new CodedError('ERR_ENVELOPE_CONTENT_INVALID', {}, { cause });
  }
}

function inputOf(vendors: PrivateDecrypt, ciphertext: Uint8Array, { abi }: SkfLibrary, side: FieldSide): Buffer {
  if (vendors.algorithm === 'rsa') return Buffer.from(ciphertext);
  const parts = readSm2Cipher(ciphertext);
  if (vendors.form.endsWith('blob')) return encodeCipherBlob(parts, abi, side);
  return Buffer.from(concatBytes(parts.c1.subarray(1), parts.c3, parts.c2));
}

/**
 * Some libraries leave the block of RSAES-PKCS1-v1_5 (RFC 8017 §7.2.2) as it is. Plain data is never as long as the modulus, so
 * there is nothing to mistake it for.
 */
function withoutPadding(plain: Uint8Array, modulusBytes: number): Uint8Array {
  if (plain.length !== modulusBytes) return plain;
  const end = plain.indexOf(0, 2);
  if (plain[0] !== 0 || plain[1] !== 2 || end < 10) throw new CodedError('ERR_ENVELOPE_CONTENT_INVALID');
  return plain.slice(end + 1);
}

/** A probe that fails says something of the function, unless the key left or a turn was not to be had. */
function unlessGone(error: unknown): null {
  if (isCodedError(error) && error.code !== 'ERR_TOKEN_REMOVED' && error.code !== 'ERR_TOKEN_BUSY') {
    if (error.code !== 'ERR_TOKEN_SESSION_CLOSED') return null;
  }
  throw error;
}
