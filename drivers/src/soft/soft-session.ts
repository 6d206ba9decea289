import { setTimeout as delay } from 'node:timers/promises';
import type { CipherOps, CryptoOps, KeyEncryption, SignatureAlgorithm } from '@onelock/core/crypto';
import { CodedError } from '@onelock/core/errors';
import type {
  DecryptionKey,
  EnvelopedKeyPair,
  GeneratedKey,
  KeySpec,
  SealedContent,
  SignInput,
} from '../port/index.ts';
import { addCertificate, addEncryptionKey, type Change, generateKey } from './change-keys.ts';
import { type OpenedToken, writeToken } from './check-pin.ts';
import { decryptPart, decryptWithKey, findDecryptionKey } from './decrypt-with-key.ts';
import { signWithKey } from './sign-with-key.ts';
import { demandIdentity, type KeyRole, withPrivateKey } from './soft-keys.ts';
import { filePurpose, unseal } from './token-cipher.ts';
import type { SoftTokenFile } from './token-file.ts';
import type { PresentToken, TokenFolder } from './token-folder.ts';

export interface SoftEngine {
  readonly ops: CryptoOps;
  readonly ciphers: CipherOps;
}

/** An unlocked token. Its keys stay encrypted but for the moment of each use. */
export class SoftSession {
  readonly device: PresentToken;
  readonly #folder: TokenFolder;
  readonly #engine: SoftEngine;
  readonly #dataKey: Uint8Array;
  #isOpen = true;

  constructor(folder: TokenFolder, engine: SoftEngine, device: PresentToken, { dataKey }: OpenedToken) {
    this.#folder = folder;
    this.#engine = engine;
    this.device = device;
    this.#dataKey = dataKey;
    device.removed.addEventListener('abort', () => this.close(), { once: true });
  }

  close(): void {
    this.#isOpen = false;
    this.#dataKey.fill(0);
  }

  /** @throws {CodedError} ERR_TOKEN_REMOVED, ERR_TOKEN_KEY_NOT_FOUND, ERR_TOKEN_ALGORITHM_UNSUPPORTED */
  async sign(identityId: string, algorithm: SignatureAlgorithm, input: SignInput): Promise<Uint8Array> {
    const token = await this.#present();
    const { serialNumber } = token;
    const { signing } = demandIdentity(token, identityId);
    const place = { serialNumber, identityId, role: 'signing' } as const;
    const signature = withPrivateKey(this.#dataKey, place, signing, (key) =>
      signWithKey(this.#engine.ops, key, algorithm, input),
    );
    this.#demandPresence();
    return signature;
  }

  /** @throws {CodedError} as the port says */
  async decrypt(key: DecryptionKey, scheme: KeyEncryption, ciphertext: Uint8Array): Promise<Uint8Array> {
    const token = await this.#present();
    const { serialNumber } = token;
    const { identityId, certificate } = key;
    const found = findDecryptionKey(demandIdentity(token, identityId), certificate);
    const place = { serialNumber, identityId, role: found.role };
    const plain = withPrivateKey(this.#dataKey, place, found.key, (privateKey) =>
      decryptWithKey(this.#engine.ciphers, privateKey, scheme, ciphertext),
    );
    this.#demandPresence();
    return plain;
  }

  async decryptContent(key: DecryptionKey, scheme: KeyEncryption, content: SealedContent): Promise<Uint8Array> {
    const contentKey = await this.decrypt(key, scheme, content.encryptedKey);
    try {
      return decryptPart(this.#engine.ops, contentKey, content);
    } finally {
      contentKey.fill(0);
    }
  }

  generateKeyPair(keySpec: KeySpec, label: string): Promise<GeneratedKey> {
    return this.#change((opened) => generateKey(this.#engine.ops, opened, keySpec, label));
  }

  importCertificate(identityId: string, role: KeyRole, certificate: Uint8Array): Promise<void> {
    return this.#change((opened) => ({
      token: addCertificate(this.#engine.ops, opened, identityId, role, certificate),
      result: undefined,
    }));
  }

  importEncryptionKeyPair(identityId: string, pair: EnvelopedKeyPair, certificate: Uint8Array | null): Promise<void> {
    const { ops, ciphers } = this.#engine;
    return this.#change((opened) => ({
      token: addEncryptionKey(ops, ciphers, opened, identityId, pair, certificate),
      result: undefined,
    }));
  }

  /** @throws {CodedError} ERR_TOKEN_DATA_CORRUPT */
  openFile(serialNumber: string, name: string, sealed: Parameters<typeof unseal>[2]): Uint8Array {
    this.#demandPresence();
    const content = unseal(this.#dataKey, filePurpose(serialNumber, name), sealed);
    if (content === null) throw new CodedError('ERR_TOKEN_DATA_CORRUPT');
    return content;
  }

  async #change<T>(make: (opened: OpenedToken) => Change<T>): Promise<T> {
    const { token, result } = make({ token: await this.#present(), dataKey: this.#dataKey });
    writeToken(this.#folder, this.device, token);
    return result;
  }

  /** What the token holds now; as slow as a test wants it. */
  async #present(): Promise<SoftTokenFile> {
    this.#demandPresence();
    const token = this.#folder.contentsOf(this.device);
    if (token.testSignDelayMs === undefined) return token;
    await this.#pause(token.testSignDelayMs);
    return this.#folder.contentsOf(this.device);
  }

  #demandPresence(): void {
    if (!this.#folder.isPresent(this.device)) throw new CodedError('ERR_TOKEN_REMOVED');
    if (!this.#isOpen) throw new CodedError('ERR_TOKEN_SESSION_CLOSED');
  }

  /** For tests: something can happen in the middle of the act. */
  async #pause(ms: number): Promise<void> {
    try {
      await delay(ms, undefined, { signal: this.device.removed });
    } catch (cause) {
      throw new CodedError('ERR_TOKEN_REMOVED', {}, { cause });
    }
    this.#demandPresence();
  }
}
