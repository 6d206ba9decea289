import type { CryptoOps, KeyEncryption, PublicKey, SignatureAlgorithm } from '@onelock/core/crypto';
import { CodedError, isCodedError } from '@onelock/core/errors';
import { isSm2Signature } from '../keys/sm2-input.ts';
import type { Pkcs11Mechanisms, SealedContent, SignInput } from '../port/index.ts';
import type { Cryptoki, CryptokiModule, Handle } from './abi.ts';
import { decryptInside } from './content-keys.ts';
import { beginDecryption, type DecryptAbilities, finishDecryption, planDecryption } from './decrypt.ts';
import { codedFailure } from './errors.ts';
import type { CertifiedKey } from './find-keys.ts';
import { planSignature, planSm2Signature, type SignPlan } from './mechanisms.ts';
import type { OpenSession } from './pkcs11-sessions.ts';
import type { PresentToken, TokenSlots } from './token-slots.ts';

const maxSignatureBytes = 1024;

export type ParameterTypes = Pick<CryptokiModule, 'CK_PARAMS_RSA_PSS' | 'CK_PARAMS_RSA_OAEP'>;

/** Signing and decrypting with a key that was found, in one session. */
export class KeyOperations {
  readonly #cryptoki: Cryptoki;
  readonly #slots: TokenSlots;
  readonly #ops: CryptoOps;
  readonly #types: ParameterTypes;
  readonly #vendors: Pkcs11Mechanisms;
  readonly #authenticate: (session: OpenSession) => Promise<void>;
  /** What C_Sign writes to; every signature leaves as a copy. */
  readonly #output = Buffer.alloc(maxSignatureBytes);

  /** @param authenticate  gives the PIN for one use of a key that wants it for each */
  constructor(
    library: { readonly cryptoki: Cryptoki; readonly slots: TokenSlots; readonly types: ParameterTypes },
    ops: CryptoOps,
    vendors: Pkcs11Mechanisms,
    authenticate: (session: OpenSession) => Promise<void>,
  ) {
    this.#cryptoki = library.cryptoki;
    this.#slots = library.slots;
    this.#types = library.types;
    this.#ops = ops;
    this.#vendors = vendors;
    this.#authenticate = authenticate;
  }

  async sign(
    session: OpenSession,
    found: CertifiedKey,
    algorithm: SignatureAlgorithm,
    input: SignInput,
  ): Promise<Uint8Array> {
    const plan = this.#beginSignature(session, found, algorithm, input);
    if (found.key.alwaysAuthenticate) await this.#authenticate(session);
    return this.#finishSignature(session, found, plan, algorithm, input);
  }

  /** {@link sign} without a pause, for keys that want no PIN in between. */
  signAtOnce(session: OpenSession, found: CertifiedKey, algorithm: SignatureAlgorithm, input: SignInput): Uint8Array {
    const plan = this.#beginSignature(session, found, algorithm, input);
    return this.#finishSignature(session, found, plan, algorithm, input);
  }

  async decrypt(
    session: OpenSession,
    found: CertifiedKey,
    scheme: KeyEncryption,
    ciphertext: Uint8Array,
  ): Promise<Uint8Array> {
    const plan = planDecryption(found.key, scheme, ciphertext, this.decryptAbilities(session.token));
    try {
      beginDecryption(this.#cryptoki, session.handle, found.key, plan);
    } catch (error) {
      session.keys.clear();
      throw error;
    }
    if (found.key.alwaysAuthenticate) await this.#authenticate(session);
    return finishDecryption(this.#cryptoki, session.handle, plan);
  }

  decryptAbilities(token: PresentToken): DecryptAbilities {
    const oaepParameterType = this.#types.CK_PARAMS_RSA_OAEP;
    return { mechanisms: this.#slots.mechanisms(token), oaepParameterType, sm2: this.#vendors.sm2 };
  }

  /** @throws {CodedError} as decryptInside */
  decryptContent(
    { token, handle, keys }: OpenSession,
    { key }: CertifiedKey,
    scheme: KeyEncryption,
    content: SealedContent,
  ): Uint8Array {
    const opener = {
      cryptoki: this.#cryptoki,
      session: handle,
      key,
      abilities: this.decryptAbilities(token),
      content: this.#slots.contentAbilities(token),
      vendors: this.#vendors,
    };
    try {
      return decryptInside(opener, scheme, content);
    } catch (error) {
      keys.clear();
      throw error;
    }
  }

  #planSignature(
    { token }: OpenSession,
    { key, publicKey }: CertifiedKey,
    algorithm: SignatureAlgorithm,
    input: SignInput,
  ): SignPlan {
    const abilities = {
      mechanisms: this.#slots.mechanisms(token),
      pssParameterType: this.#types.CK_PARAMS_RSA_PSS,
      ...(this.#vendors.sm2 && { sm2: this.#vendors.sm2 }),
    };
    if (key.kind !== 'sm2' || algorithm.kind !== 'sm2-sm3') return planSignature(key, algorithm, input, abilities);
    if (publicKey?.kind !== 'sm2') throw new CodedError('ERR_TOKEN_KEY_NOT_FOUND');
    return planSm2Signature(this.#ops, publicKey, algorithm, input, abilities);
  }

  #beginSignature(
    session: OpenSession,
    found: CertifiedKey,
    algorithm: SignatureAlgorithm,
    input: SignInput,
  ): SignPlan {
    const plan = this.#planSignature(session, found, algorithm, input);
    try {
      this.#cryptoki.C_SignInit(session.handle, plan.mechanism, found.key.handle);
    } catch (error) {
      session.keys.clear();
      throw codedFailure('C_SignInit', error, { algorithm: algorithm.kind });
    }
    return plan;
  }

  #finishSignature(
    { handle }: OpenSession,
    { publicKey }: CertifiedKey,
    { data, decode }: SignPlan,
    algorithm: SignatureAlgorithm,
    input: SignInput,
  ): Uint8Array {
    const signature = this.#signed(handle, data, decode, algorithm.kind);
    this.#demandSm2(publicKey, algorithm, input, signature);
    return signature;
  }

  #signed(handle: Handle, data: Uint8Array, decode: SignPlan['decode'], kind: SignatureAlgorithm['kind']): Uint8Array {
    let signature: Buffer;
    try {
      signature = this.#cryptoki.C_Sign(handle, viewOf(data), this.#output);
    } catch (error) {
      throw codedFailure('C_Sign', error, { algorithm: kind });
    }
    try {
      const decoded = decode(signature);
      return decoded === signature ? Uint8Array.from(signature) : decoded;
    } catch (error) {
      throw kind === 'sm2-sm3' && isCodedError(error) ? wrongSignature(error) : error;
    }
  }

  /** A mechanism that is configured wrongly makes signatures that look right. */
  #demandSm2(key: PublicKey | null, algorithm: SignatureAlgorithm, input: SignInput, signature: Uint8Array): void {
    if (algorithm.kind !== 'sm2-sm3' || key?.kind !== 'sm2') return;
    if (!isSm2Signature(this.#ops, key, algorithm, input, signature)) throw wrongSignature();
  }
}

/** The library said CKR_OK to what no verifier accepts. */
function wrongSignature(cause?: unknown): CodedError {
  const params = { api: 'C_Sign', name: 'SIGNATURE_DOES_NOT_VERIFY' };
  return new CodedError('ERR_TOKEN_NATIVE_FAILURE', params, { ...(cause !== undefined && { cause }) });
}

/** The same bytes as the binding wants them. */
function viewOf(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
