import { fromHex } from '@onelock/core/bytes';
import type { SignatureAlgorithm } from '@onelock/core/crypto';
import { CodedError, isCodedError } from '@onelock/core/errors';
import {
  type DeviceId,
  type DriverInfo,
  type Pin,
  type PinStatus,
  type Pkcs11DriverConfig,
  type SessionId,
  type SignInput,
  type TokenDevice,
  type TokenDriver,
  type TokenIdentity,
  UnsupportedMethods,
} from '../port/index.ts';
import type { Cryptoki } from './abi.ts';
import { codedFailure } from './errors.ts';
import { groupIdentities } from './identities.ts';
import { loadPkcs11Module, openLibrary } from './load-module.ts';
import { planSignature } from './mechanisms.ts';
import { findCertificates, findPrivateKey, printable } from './objects.ts';
import { describePin } from './pin-status.ts';
import { Pkcs11Sessions } from './pkcs11-sessions.ts';
import { type PresentToken, TokenSlots } from './token-slots.ts';

const lookMs = 1000;
const reinitialiseMs = 3000;
const maxSignatureBytes = 1024;

/**
 * The PKCS#11 driver in this process. The agent hosts it instead, see `@onelock/drivers/host`. The library's variables
 * are set in this process; relative paths in them are taken from the current directory.
 *
 * @throws {CodedError} ERR_DRIVER_NOT_INSTALLED
 */
export async function createPkcs11Driver(config: Pkcs11DriverConfig): Promise<TokenDriver> {
  Object.assign(process.env, config.environment);
  const { CK_PARAMS_RSA_PSS } = loadPkcs11Module(config.id);
  return new Pkcs11Driver(config, openLibrary(config.id, config.library), CK_PARAMS_RSA_PSS);
}

/** Every call is synchronous below: most vendors' libraries bear one at a time. */
class Pkcs11Driver extends UnsupportedMethods implements TokenDriver {
  readonly info: DriverInfo;
  readonly #cryptoki: Cryptoki;
  readonly #pssParameterType: number;
  readonly #slots: TokenSlots;
  readonly #sessions: Pkcs11Sessions;
  readonly #listeners = new Set<() => void>();
  readonly #timer: NodeJS.Timeout;
  #initialisedAt = performance.now();

  constructor(config: Pkcs11DriverConfig, cryptoki: Cryptoki, pssParameterType: number) {
    super();
    const { manufacturerID, libraryVersion } = cryptoki.C_GetInfo();
    this.info = {
      id: config.id,
      family: 'pkcs11',
      vendor: config.vendor ?? printable(manufacturerID),
      version: `${libraryVersion.major}.${libraryVersion.minor}`,
    };
    this.#cryptoki = cryptoki;
    this.#pssParameterType = pssParameterType;
    this.#slots = new TokenSlots(cryptoki);
    this.#sessions = new Pkcs11Sessions(cryptoki, this.#slots);
    this.#slots.look(() => false);
    this.#timer = setInterval(() => this.#lookQuietly(), lookMs);
    this.#timer.unref();
  }

  async listDevices(): Promise<readonly TokenDevice[]> {
    this.#look();
    return this.#slots.present.flatMap((token) => {
      try {
        return [this.#slots.describe(token)];
      } catch (error) {
        if (isCodedError(error) && !this.#slots.holds(token)) return [];
        throw error;
      }
    });
  }

  async listIdentities(deviceId: DeviceId): Promise<readonly TokenIdentity[]> {
    const token = this.#demand(deviceId);
    return this.#guard(token, () => {
      const session = this.#sessions.openPublic(token);
      try {
        return groupIdentities(findCertificates(this.#cryptoki, session));
      } finally {
        this.#sessions.closePublic(session);
      }
    });
  }

  async pinStatus(deviceId: DeviceId): Promise<PinStatus> {
    const token = this.#demand(deviceId);
    return describePin(this.#guard(token, () => this.#slots.info(token)));
  }

  async openSession(deviceId: DeviceId, pin: Pin): Promise<SessionId> {
    try {
      const token = this.#demand(deviceId);
      return this.#guard(token, () => this.#sessions.open(token, pin));
    } finally {
      pin.fill(0);
    }
  }

  async closeSession(session: SessionId): Promise<void> {
    this.#sessions.close(session);
  }

  async sign(id: SessionId, identityId: string, algorithm: SignatureAlgorithm, input: SignInput): Promise<Uint8Array> {
    const { token, handle } = this.#sessions.demand(id);
    return this.#guard(token, () => {
      const key = findPrivateKey(this.#cryptoki, handle, identityBytes(identityId));
      if (key === undefined) throw new CodedError('ERR_TOKEN_KEY_NOT_FOUND');
      const abilities = { mechanisms: this.#slots.mechanisms(token), pssParameterType: this.#pssParameterType };
      const { mechanism, data, decode } = planSignature(key, algorithm, input, abilities);
      try {
        this.#cryptoki.C_SignInit(handle, mechanism, key.handle);
      } catch (error) {
        throw codedFailure('C_SignInit', error, { algorithm: algorithm.kind });
      }
      try {
        const signature = this.#cryptoki.C_Sign(handle, Buffer.from(data), Buffer.alloc(maxSignatureBytes));
        return new Uint8Array(decode(signature));
      } catch (error) {
        throw codedFailure('C_Sign', error, { algorithm: algorithm.kind });
      }
    });
  }

  async random(deviceId: DeviceId, length: number): Promise<Uint8Array> {
    const token = this.#demand(deviceId);
    if (!this.#slots.describe(token).capabilities.includes('random'))
      throw new CodedError('ERR_CALL_UNSUPPORTED', { call: 'generateRandom' });
    return this.#guard(token, () => {
      const session = this.#sessions.openPublic(token);
      try {
        return new Uint8Array(this.#cryptoki.C_GenerateRandom(session, Buffer.alloc(length)));
      } catch (error) {
        throw codedFailure('C_GenerateRandom', error);
      } finally {
        this.#sessions.closePublic(session);
      }
    });
  }

  onDevicesChanged(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  async close(): Promise<void> {
    clearInterval(this.#timer);
    this.#listeners.clear();
    this.#sessions.closeAll();
    this.#cryptoki.C_Finalize();
    this.#cryptoki.close();
  }

  /** The token now in that place. @throws {CodedError} ERR_TOKEN_NOT_FOUND */
  #demand(deviceId: DeviceId): PresentToken {
    this.#look();
    const token = this.#slots.present.find(({ id }) => id === deviceId);
    if (token === undefined) throw new CodedError('ERR_TOKEN_NOT_FOUND');
    return token;
  }

  /** Libraries name a pulled token in many ways: after a failure we look whether it is still there. */
  #guard<T>(token: PresentToken, act: () => T): T {
    try {
      return act();
    } catch (error) {
      if (!isCodedError(error) || this.#slots.holds(token)) throw error;
      this.#look();
      const options = { ...(error.native && { native: error.native }), cause: error };
      throw new CodedError('ERR_TOKEN_REMOVED', {}, options);
    }
  }

  #look(): void {
    this.#reinitialise();
    const changed = this.#slots.look((token) => this.#sessions.wasAway(token));
    if (!changed) return;
    this.#sessions.dropAbsent(this.#slots.present);
    for (const listener of this.#listeners) listener();
  }

  /** A poll that fails says nothing to anyone; the next call will. */
  #lookQuietly(): void {
    try {
      this.#look();
    } catch (error) {
      if (!isCodedError(error)) throw error;
    }
  }

  /** Some libraries look for tokens only when they are initialised; while nothing is open that costs nothing. */
  #reinitialise(): void {
    const now = performance.now();
    if (this.#slots.unreadable === 0 || this.#sessions.busy || now - this.#initialisedAt < reinitialiseMs) return;
    this.#initialisedAt = now;
    try {
      this.#cryptoki.C_Finalize();
      this.#cryptoki.C_Initialize();
    } catch (error) {
      throw codedFailure('C_Initialize', error);
    }
  }
}

/** @throws {CodedError} ERR_TOKEN_KEY_NOT_FOUND for what is no CKA_ID in hex */
function identityBytes(id: string): Uint8Array {
  try {
    return fromHex(id);
  } catch (cause) {
    throw new CodedError('ERR_TOKEN_KEY_NOT_FOUND', {}, { cause });
  }
}
