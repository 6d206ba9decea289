import type { CryptoOps, KeyEncryption, PublicKey, SignatureAlgorithm } from '@onelock/core/crypto';
import { CodedError, isCodedError } from '@onelock/core/errors';
import type { Pkcs11Mechanisms, SignInput } from '../port/index.ts';
import type { Cryptoki, CryptokiModule } from './abi.ts';
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
  readonly #sm2: Pkcs11Mechanisms['sm2'];
  readonly #authenticate: (session: OpenSession) => Promise<void>;

  /** @param authenticate  gives the PIN for one use of a key that wants it for each */
  constructor(
    library: { readonly cryptoki: Cryptoki; readonly slots: TokenSlots; readonly types: ParameterTypes },
    ops: CryptoOps,
    sm2: Pkcs11Mechanisms['sm2'],
    authenticate: (session: OpenSession) => Promise<void>,
  ) {
    this.#cryptoki = library.cryptoki;
    this.#slots = library.slots;
    this.#types = library.types;
    this.#ops = ops;
    this.#sm2 = sm2;
    this.#authenticate = authenticate;
  }

  async sign(
    session: OpenSession,
    found: CertifiedKey,
    algorithm: SignatureAlgorithm,
    input: SignInput,
  ): Promise<Uint8Array> {
    const plan = this.#planSignature(session, found, algorithm, input);
    await this.#begin(session, found, 'C_SignInit', algorithm.kind, () => {
      this.#cryptoki.C_SignInit(session.handle, plan.mechanism, found.key.handle);
    });
    const signature = this.#finishSignature(session, plan, algorithm);
    this.#demandSm2(found.publicKey, algorithm, input, signature);
    return signature;
  }

  async decrypt(
    session: OpenSession,
    found: CertifiedKey,
    scheme: KeyEncryption,
    ciphertext: Uint8Array,
  ): Promise<Uint8Array> {
    const plan = planDecryption(found.key, scheme, ciphertext, this.decryptAbilities(session.token));
    await this.#begin(session, found, 'C_DecryptInit', plan.algorithm, () =>
      beginDecryption(this.#cryptoki, session.handle, found.key, plan),
    );
    return finishDecryption(this.#cryptoki, session.handle, plan);
  }

  decryptAbilities(token: PresentToken): DecryptAbilities {
    const oaepParameterType = this.#types.CK_PARAMS_RSA_OAEP;
    return { mechanisms: this.#slots.mechanisms(token), oaepParameterType, sm2: this.#sm2 };
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
      ...(this.#sm2 && { sm2: this.#sm2 }),
    };
    if (key.kind !== 'sm2' || algorithm.kind !== 'sm2-sm3') return planSignature(key, algorithm, input, abilities);
    if (publicKey?.kind !== 'sm2') throw new CodedError('ERR_TOKEN_KEY_NOT_FOUND');
    return planSm2Signature(this.#ops, publicKey, algorithm, input, abilities);
  }

  /** Begins an operation, and gives the PIN where the key wants it for this one. */
  async #begin(
    session: OpenSession,
    { key }: CertifiedKey,
    api: string,
    algorithm: string,
    begin: () => void,
  ): Promise<void> {
    try {
      begin();
    } catch (error) {
      session.keys.clear();
      throw codedFailure(api, error, { algorithm });
    }
    if (key.alwaysAuthenticate) await this.#authenticate(session);
  }

  #finishSignature({ handle }: OpenSession, { data, decode }: SignPlan, { kind }: SignatureAlgorithm): Uint8Array {
    let signature: Buffer;
    try {
      signature = this.#cryptoki.C_Sign(handle, Buffer.from(data), Buffer.alloc(maxSignatureBytes));
    } catch (error) {
      throw codedFailure('C_Sign', error, { algorithm: kind });
    }
    try {
      return new Uint8Array(decode(signature));
    } catch (error) {
      throw kind === 'sm2-sm3' && isCodedError(error) ? wrongSignature(error) : error;
    }
  }

  /** A mechanism that is configured wrongly makes signatures that look right. */
  #demandSm2(key: PublicKey | null, algorithm: SignatureAlgorithm, input: SignInput, signature: Uint8Array): void {
    if (algorithm.kind !== 'sm2-sm3' || key === null) return;
    if (!this.#ops.verify(key, algorithm, input.bytes, signature)) throw wrongSignature();
  }
}

/** The library said CKR_OK to what no verifier accepts. */
function wrongSignature(cause?: unknown): CodedError {
  const params = { api: 'C_Sign', name: 'SIGNATURE_DOES_NOT_VERIFY' };
  return new CodedError('ERR_TOKEN_NATIVE_FAILURE', params, { ...(cause !== undefined && { cause }) });
}
