import { setTimeout as delay } from 'node:timers/promises';
import type { CryptoOps, SignatureAlgorithm } from '@onelock/core/crypto';
import { CodedError } from '@onelock/core/errors';
import type { SignInput } from '../port/index.ts';
import type { OpenedToken } from './check-pin.ts';
import { signWithKey } from './sign-with-key.ts';
import { privateKeyPurpose, unseal } from './token-cipher.ts';
import type { PresentToken, TokenFolder } from './token-folder.ts';

/** An unlocked token. Its keys stay encrypted but for the moment of each signature. */
export class SoftSession {
  readonly device: PresentToken;
  readonly #folder: TokenFolder;
  readonly #opened: OpenedToken;

  constructor(folder: TokenFolder, device: PresentToken, opened: OpenedToken) {
    this.#folder = folder;
    this.device = device;
    this.#opened = opened;
    device.removed.addEventListener('abort', () => this.close(), { once: true });
  }

  close(): void {
    this.#opened.dataKey.fill(0);
  }

  /** @throws {CodedError} ERR_TOKEN_REMOVED, ERR_TOKEN_KEY_NOT_FOUND, ERR_TOKEN_ALGORITHM_UNSUPPORTED */
  async sign(ops: CryptoOps, identityId: string, algorithm: SignatureAlgorithm, input: SignInput): Promise<Uint8Array> {
    this.#demandPresence();
    const { token, dataKey } = this.#opened;
    const identity = token.identities.find(({ id }) => id === identityId);
    if (identity === undefined) throw new CodedError('ERR_TOKEN_KEY_NOT_FOUND');
    if (token.testSignDelayMs !== undefined) await this.#pause(token.testSignDelayMs);
    const { algorithm: kind, certificate, key } = identity.signing;
    const pkcs8 = unseal(dataKey, privateKeyPurpose(token.serialNumber, identity.id, 'signing', certificate), key);
    if (pkcs8 === null) throw new CodedError('ERR_TOKEN_DATA_CORRUPT');
    try {
      const signature = signWithKey(ops, { kind, pkcs8 }, algorithm, input);
      this.#demandPresence();
      return signature;
    } finally {
      pkcs8.fill(0);
    }
  }

  #demandPresence(): void {
    if (!this.#folder.isPresent(this.device)) throw new CodedError('ERR_TOKEN_REMOVED');
  }

  /** For tests: something can happen in the middle of the signature. */
  async #pause(ms: number): Promise<void> {
    try {
      await delay(ms, undefined, { signal: this.device.removed });
    } catch (cause) {
      throw new CodedError('ERR_TOKEN_REMOVED', {}, { cause });
    }
    this.#demandPresence();
  }
}
