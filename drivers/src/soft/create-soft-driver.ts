import { randomBytes, randomUUID } from 'node:crypto';
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
  const ops = createNodeCrypto();
  removeLeftovers(config.folder);
  const listeners = new Set<() => void>();
  const folder = new TokenFolder(config.folder, () => {
    for (const listener of listeners) listener();
  });
  const sessions = new Map<SessionId, SoftSession>();
  const pinTurns = new Turns();
  const vendor = config.vendor ?? 'OneLock';
  const info: DriverInfo = { id: config.id, family: 'soft', vendor, version: '0.1.0' };

  const present = (id: DeviceId): PresentToken => {
    const token = folder.find(id);
    if (token === undefined) throw new CodedError('ERR_TOKEN_NOT_FOUND');
    return token;
  };

  return {
    info,

    async listDevices(): Promise<readonly TokenDevice[]> {
      return folder.tokens().flatMap((token) => describeDevice(token, vendor));
    },

    async listIdentities(deviceId: DeviceId): Promise<readonly TokenIdentity[]> {
      return loadToken(present(deviceId).file).token.identities.map(describeIdentity);
    },

    async pinStatus(deviceId: DeviceId): Promise<PinStatus> {
      return describePin(loadToken(present(deviceId).file).token);
    },

    async openSession(deviceId: DeviceId, pin: Pin): Promise<SessionId> {
      try {
        const device = present(deviceId);
        const opened = await pinTurns.run(deviceId, pinTurnMs, () => checkPin(folder, device, pin));
        const id = randomUUID() as string as SessionId;
        sessions.set(id, new SoftSession(folder, device, opened));
        return id;
      } finally {
        pin.fill(0);
      }
    },

    async closeSession(id: SessionId): Promise<void> {
      sessions.get(id)?.close();
      sessions.delete(id);
    },

    async sign(id: SessionId, identityId: string, algorithm, input: SignInput): Promise<Uint8Array> {
      const session = sessions.get(id);
      if (session === undefined) throw new CodedError('ERR_TOKEN_SESSION_CLOSED');
      return session.sign(ops, identityId, algorithm, input);
    },

    async random(deviceId: DeviceId, length: number): Promise<Uint8Array> {
      present(deviceId);
      if (length > maxRandomBytes) throw new CodedError('ERR_DRIVER_LIMIT_EXCEEDED', { limit: maxRandomBytes });
      return new Uint8Array(randomBytes(length));
    },

    onDevicesChanged(listener: () => void): () => void {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },

    async close(): Promise<void> {
      listeners.clear();
      folder.close();
      for (const session of sessions.values()) session.close();
      sessions.clear();
    },
  };
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
