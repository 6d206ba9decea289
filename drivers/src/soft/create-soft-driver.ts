import { randomBytes, randomUUID } from 'node:crypto';
import type { KeyEncryption, SignatureAlgorithm } from '@onelock/core/crypto';
import { createNodeCiphers, createNodeCrypto } from '@onelock/core/crypto/node';
import { CodedError, isCodedError } from '@onelock/core/errors';
import {
  type DecryptionKey,
  type DeviceId,
  type DriverInfo,
  type EnvelopedKeyPair,
  type GeneratedKey,
  type KeySpec,
  type Pin,
  type PinRole,
  type PinStatus,
  type SealedContent,
  type SessionId,
  type SignInput,
  type SoftDriverConfig,
  type TokenDevice,
  type TokenDriver,
  type TokenFile,
  type TokenIdentity,
  Turns,
  type UnblockRequest,
  UnsupportedMethods,
} from '../port/index.ts';
import { checkPin, demandPinLength } from './check-pin.ts';
import { describeDevice, describeIdentity, describePin } from './describe-token.ts';
import { dataKeyFromResponse, type OpenUnblock, openUnblock } from './remote-unblock.ts';
import { replacePin, setPin } from './set-pin.ts';
import { type SoftEngine, SoftSession } from './soft-session.ts';
import { decodeField, type SoftTokenFile } from './token-file.ts';
import { type PresentToken, TokenFolder } from './token-folder.ts';
import { loadToken, removeLeftovers } from './token-store.ts';

const turnMs = 60_000;
const maxRandomBytes = 65_536;
const unblockSeconds = 600;

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
  readonly #engine: SoftEngine;
  readonly #unblocks = new WeakMap<PresentToken, OpenUnblock & { readonly until: number }>();
  readonly #folder: TokenFolder;
  readonly #listeners = new Set<() => void>();
  readonly #sessions = new Map<SessionId, SoftSession>();
  readonly #turns = new Turns();

  constructor(config: SoftDriverConfig) {
    super();
    const ops = createNodeCrypto();
    this.#engine = { ops, ciphers: createNodeCiphers(ops) };
    this.#vendor = config.vendor ?? 'OneLock';
    this.info = { id: config.id, family: 'soft', vendor: this.#vendor, version: '0.1.0' };
    this.#folder = new TokenFolder(config.folder, () => {
      for (const listener of this.#listeners) listener();
    });
  }

  async listDevices(): Promise<readonly TokenDevice[]> {
    return this.#folder.tokens().flatMap((present) => {
      // It may have vanished just now.
      const token = readIfThere(present.file);
      return token === null ? [] : [describeDevice(present, token, this.#vendor)];
    });
  }

  async listIdentities(deviceId: DeviceId): Promise<readonly TokenIdentity[]> {
    return loadToken(this.#demand(deviceId).file).token.identities.map(describeIdentity);
  }

  async pinStatus(deviceId: DeviceId, role: PinRole = 'user'): Promise<PinStatus> {
    return describePin(loadToken(this.#demand(deviceId).file).token, role);
  }

  async openSession(deviceId: DeviceId, pin: Pin): Promise<SessionId> {
    try {
      const device = this.#demand(deviceId);
      const opened = await this.#turns.run(deviceId, turnMs, () => checkPin(this.#folder, device, pin));
      const id = randomUUID() as string as SessionId;
      this.#sessions.set(id, new SoftSession(this.#folder, this.#engine, device, opened));
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
    return this.#session(id).sign(identityId, algorithm, input);
  }

  override async decrypt(id: SessionId, key: DecryptionKey, scheme: KeyEncryption, ciphertext: Uint8Array) {
    return this.#session(id).decrypt(key, scheme, ciphertext);
  }

  override async decryptContent(id: SessionId, key: DecryptionKey, scheme: KeyEncryption, content: SealedContent) {
    return this.#session(id).decryptContent(key, scheme, content);
  }

  override changePin(deviceId: DeviceId, oldPin: Pin, newPin: Pin): Promise<void> {
    return this.#withPins(deviceId, [oldPin, newPin], (device) =>
      replacePin(this.#folder, device, { role: 'user', pin: oldPin }, newPin),
    );
  }

  override unblockPin(deviceId: DeviceId, adminPin: Pin, newPin: Pin): Promise<void> {
    return this.#withPins(deviceId, [adminPin, newPin], (device) =>
      replacePin(this.#folder, device, { role: 'admin', pin: adminPin }, newPin),
    );
  }

  override async requestUnblock(deviceId: DeviceId): Promise<UnblockRequest> {
    const device = this.#demand(deviceId);
    const { serialNumber, recovery } = this.#folder.contentsOf(device);
    if (recovery === undefined) throw new CodedError('ERR_CALL_UNSUPPORTED', { call: 'requestUnblock' });
    const open = openUnblock(this.#engine.ops, serialNumber);
    this.#unblocks.set(device, { ...open, until: performance.now() + unblockSeconds * 1000 });
    return { request: open.request, validSeconds: unblockSeconds };
  }

  override finishUnblock(deviceId: DeviceId, response: Uint8Array, newPin: Pin): Promise<void> {
    return this.#withPins(deviceId, [newPin], async (device) => {
      demandPinLength(newPin);
      const open = this.#unblocks.get(device);
      this.#unblocks.delete(device);
      if (open === undefined || performance.now() > open.until) throw new CodedError('ERR_TOKEN_UNBLOCK_REFUSED');
      const token = this.#folder.contentsOf(device);
      const dataKey = dataKeyFromResponse(this.#engine.ops, open, token, response);
      try {
        await setPin(this.#folder, device, { token, dataKey }, newPin);
      } finally {
        dataKey.fill(0);
      }
    });
  }

  override generateKeyPair(id: SessionId, keySpec: KeySpec, label: string): Promise<GeneratedKey> {
    return this.#changing(id, (session) => session.generateKeyPair(keySpec, label));
  }

  override importCertificate(
    id: SessionId,
    identityId: string,
    use: 'signing' | 'encryption',
    certificate: Uint8Array,
  ) {
    return this.#changing(id, (session) => session.importCertificate(identityId, use, certificate));
  }

  override importEncryptionKeyPair(
    id: SessionId,
    identityId: string,
    pair: EnvelopedKeyPair,
    certificate: Uint8Array | null,
  ): Promise<void> {
    return this.#changing(id, (session) => session.importEncryptionKeyPair(identityId, pair, certificate));
  }

  override async listFiles(deviceId: DeviceId): Promise<readonly TokenFile[]> {
    const { files = [] } = this.#folder.contentsOf(this.#demand(deviceId));
    return files.map(({ name, content }) =>
      'open' in content
        ? { name, size: decodeField(content.open).length, needsPin: false }
        : { name, size: content.size, needsPin: true },
    );
  }

  override async readFile(deviceId: DeviceId, name: string, id: SessionId | null): Promise<Uint8Array> {
    const device = this.#demand(deviceId);
    const { serialNumber, files = [] } = this.#folder.contentsOf(device);
    const file = files.find((each) => each.name === name);
    if (file === undefined) throw new CodedError('ERR_TOKEN_FILE_NOT_FOUND');
    if ('open' in file.content) return decodeField(file.content.open);
    const session = id === null ? undefined : this.#session(id);
    if (session?.device !== device) throw new CodedError('ERR_TOKEN_SESSION_CLOSED');
    return session.openFile(serialNumber, name, file.content.sealed);
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

  /** Every act that writes to a token has its turn, so that none overwrites what another wrote meanwhile. */
  async #changing<T>(id: SessionId, act: (session: SoftSession) => Promise<T>): Promise<T> {
    const session = this.#session(id);
    return this.#turns.run(session.device.name, turnMs, () => act(session));
  }

  async #withPins(
    deviceId: DeviceId,
    pins: readonly Pin[],
    act: (device: PresentToken) => Promise<void>,
  ): Promise<void> {
    try {
      const device = this.#demand(deviceId);
      await this.#turns.run(deviceId, turnMs, () => act(device));
    } finally {
      for (const pin of pins) pin.fill(0);
    }
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

function readIfThere(file: string): SoftTokenFile | null {
  try {
    return loadToken(file).token;
  } catch (error) {
    if (isCodedError(error)) return null;
    throw error;
  }
}
