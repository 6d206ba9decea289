import { randomBytes, randomUUID } from 'node:crypto';
import type { SignatureAlgorithm } from '@onelock/core/crypto';
import { createNodeCrypto } from '@onelock/core/crypto/node';
import { CodedError } from '@onelock/core/errors';
import {
  type DeviceId,
  type DriverInfo,
  type Pin,
  type PinStatus,
  type SessionId,
  type SignInput,
  type SoftDriverConfig,
  type TokenDevice,
  type TokenDriver,
  type TokenIdentity,
  Turns,
  UnsupportedMethods,
} from '../port/index.ts';
import { checkPin } from './check-pin.ts';
import { SoftSession } from './soft-session.ts';
import { decodeField, type SoftTokenFile, softPinLength } from './token-file.ts';
import { type PresentToken, TokenFolder } from './token-folder.ts';
import { loadToken, removeLeftovers } from './token-store.ts';

const pinTurnMs = 60_000;
const maxRandomBytes = 65_536;

/**
 * The file-token driver in this process. The agent hosts it instead, see `@onelock/drivers/host`.
 *
 * @param config  the folder must exist; a relative one is taken from the current directory
 */
export async function createSoftDriver(config: SoftDriverConfig): Promise<TokenDriver> {
  removeLeftovers(config.folder);
  return new SoftDriver(config);
}

class SoftDriver extends UnsupportedMethods implements TokenDriver {
  readonly info: DriverInfo;
  readonly #vendor: string;
  readonly #ops = createNodeCrypto();
  readonly #folder: TokenFolder;
  readonly #listeners = new Set<() => void>();
  readonly #sessions = new Map<SessionId, SoftSession>();
  readonly #pinTurns = new Turns();

  constructor(config: SoftDriverConfig) {
    super();
    this.#vendor = config.vendor ?? 'OneLock';
    this.info = { id: config.id, family: 'soft', vendor: this.#vendor, version: '0.1.0' };
    this.#folder = new TokenFolder(config.folder, () => {
      for (const listener of this.#listeners) listener();
    });
  }

  async listDevices(): Promise<readonly TokenDevice[]> {
    return this.#folder.tokens().flatMap((token) => describeDevice(token, this.#vendor));
  }

  async listIdentities(deviceId: DeviceId): Promise<readonly TokenIdentity[]> {
    return loadToken(this.#demand(deviceId).file).token.identities.map(describeIdentity);
  }

  async pinStatus(deviceId: DeviceId): Promise<PinStatus> {
    return describePin(loadToken(this.#demand(deviceId).file).token);
  }

  async openSession(deviceId: DeviceId, pin: Pin): Promise<SessionId> {
    try {
      const device = this.#demand(deviceId);
      const opened = await this.#pinTurns.run(deviceId, pinTurnMs, () => checkPin(this.#folder, device, pin));
      const id = randomUUID() as string as SessionId;
      this.#sessions.set(id, new SoftSession(this.#folder, device, opened));
      return id;
    } finally {
      pin.fill(0);
    }
  }

  async closeSession(id: SessionId): Promise<void> {
    this.#sessions.get(id)?.close();
    this.#sessions.delete(id);
  }

  async sign(id: SessionId, identityId: string, algorithm: SignatureAlgorithm, input: SignInput): Promise<Uint8Array> {
    return this.#session(id).sign(this.#ops, identityId, algorithm, input);
  }

  async random(deviceId: DeviceId, length: number): Promise<Uint8Array> {
    this.#demand(deviceId);
    if (length > maxRandomBytes) throw new CodedError('ERR_DRIVER_LIMIT_EXCEEDED', { limit: maxRandomBytes });
    return new Uint8Array(randomBytes(length));
  }

  onDevicesChanged(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  async close(): Promise<void> {
    this.#listeners.clear();
    this.#folder.close();
    for (const session of this.#sessions.values()) session.close();
    this.#sessions.clear();
  }

  /** @throws {CodedError} ERR_TOKEN_NOT_FOUND */
  #demand(id: DeviceId): PresentToken {
    const token = this.#folder.find(id);
    if (token === undefined) throw new CodedError('ERR_TOKEN_NOT_FOUND');
    return token;
  }

  /** @throws {CodedError} ERR_TOKEN_SESSION_CLOSED */
  #session(id: SessionId): SoftSession {
    const session = this.#sessions.get(id);
    if (session === undefined) throw new CodedError('ERR_TOKEN_SESSION_CLOSED');
    return session;
  }
}

/** Nothing when the token vanished just now. */
function describeDevice(present: PresentToken, vendor: string): readonly TokenDevice[] {
  const token = readIfThere(present.file);
  if (token === null) return [];
  const algorithms = new Set(token.identities.map(({ signing }) => signing.algorithm));
  return [
    {
      id: present.name as DeviceId,
      kind: 'file',
      vendor,
      model: 'soft token',
      serialNumber: token.serialNumber,
      label: token.label,
      firmwareVersion: null,
      algorithms: [...algorithms],
      freeSpace: null,
      capabilities: [
        'sign-message',
        ...(algorithms.has('rsa') ? ['sign-digest' as const] : []),
        'random',
        'pin-retries',
      ],
      insertion: present.insertion,
    },
  ];
}

function readIfThere(file: string): SoftTokenFile | null {
  try {
    return loadToken(file).token;
  } catch (error) {
    if (error instanceof CodedError) return null;
    throw error;
  }
}

function describeIdentity({ id, label, signing, encryption }: SoftTokenFile['identities'][number]): TokenIdentity {
  return {
    id,
    label,
    signingCertificate: decodeField(signing.certificate),
    encryptionCertificate: encryption === undefined ? null : decodeField(encryption.certificate),
  };
}

function describePin({ pin }: SoftTokenFile): PinStatus {
  return {
    retriesLeft: pin.retriesLeft,
    retriesMax: pin.retriesMax,
    low: pin.retriesLeft <= 2 && pin.retriesLeft < pin.retriesMax,
    locked: pin.retriesLeft === 0,
    isDefault: pin.isDefault,
    minLength: softPinLength.min,
    maxLength: softPinLength.max,
  };
}
