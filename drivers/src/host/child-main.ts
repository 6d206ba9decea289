import { CodedError, isCodedError } from '@onelock/core/errors';
import {
  type DeviceId,
  type DriverConfig,
  type Pin,
  type SealPlace,
  type SessionId,
  sealFormatOf,
  type TokenDriver,
} from '../port/index.ts';
import { closeInheritedHandles } from '../process/close-inherited.ts';
import { flattenError } from '../process/failure.ts';
import type { HostUser } from '../process/host-user.ts';
import { dieWithParent } from '../process/watch-parent.ts';
import { serveSignatures } from './child-signs.ts';
import type { MethodName, MethodParams } from './methods.ts';
import { openDriver } from './open-driver.ts';
import { PinRules } from './pin-rules.ts';
import { acceptsParams, type FromHost, type ToHost, toHost } from './protocol.ts';
import { signPipe } from './sign-frames.ts';

/** The host process: one driver, one parent, one channel, and a pipe for signatures. It writes nothing anywhere but there. */

let driver: TokenDriver | null = null;
let pins = new PinRules(undefined);
let seal: SealPlace | undefined;

function tell(message: FromHost, then: () => void = () => undefined): void {
  // A parent that is gone ends us by `disconnect`; there is nobody to tell about a failed send.
  process.send?.(message, undefined, undefined, then);
}

async function start(config: DriverConfig, user: HostUser | null): Promise<void> {
  try {
    driver = await openDriver(config, user);
    pins = new PinRules(config.pin);
    seal = config.seal;
    driver.onDevicesChanged(() => {
      pins.forget();
      tell({ type: 'devices-changed' });
    });
    tell({ type: 'ready', info: driver.info as Extract<FromHost, { type: 'ready' }>['info'] });
  } catch (error) {
    tell({ type: 'start-failed', error: flattenError(startFailure(config.id, error)) });
  }
}

function startFailure(id: string, error: unknown): CodedError {
  if (error instanceof CodedError) return error;
  const detail = error instanceof Error && 'code' in error ? String(error.code) : String(error);
  return new CodedError('ERR_DRIVER_NOT_INSTALLED', { driver: id, detail: detail.slice(0, 200) }, { cause: error });
}

type Handlers = {
  readonly [Name in MethodName]: (driver: TokenDriver, params: MethodParams<Name>) => Promise<unknown>;
};

const handlers: Handlers = {
  listDevices: async (token) => {
    const devices = await token.listDevices();
    const { place } = seal ?? {};
    return place === undefined ? devices : devices.map((device) => ({ ...device, sealPlace: place }));
  },
  listIdentities: (token, { deviceId }) => token.listIdentities(deviceId as DeviceId),
  pinStatus: async (token, { deviceId, role = 'user' }) =>
    pins.describe(deviceId, role, await token.pinStatus(deviceId as DeviceId, role)),
  openSession: async (token, { deviceId, pin }) => {
    pins.demand(pin as Pin);
    const wasRight = pins.remember(deviceId, pin as Pin);
    const session = await token.openSession(deviceId as DeviceId, pin as Pin);
    wasRight();
    return session;
  },
  closeSession: async (token, { session }) => {
    await token.closeSession(session as SessionId);
    return null;
  },
  sign: (token, { session, identityId, algorithm, input }) =>
    token.sign(session as SessionId, identityId, algorithm, input),
  decrypt: (token, { session, key, scheme, ciphertext }) =>
    token.decrypt(session as SessionId, key, scheme, ciphertext),
  decryptContent: (token, { session, key, scheme, content }) =>
    token.decryptContent(session as SessionId, key, scheme, content),
  changePin: async (token, { deviceId, oldPin, newPin }) => {
    pins.demand(oldPin as Pin, newPin as Pin);
    const isSet = pins.remember(deviceId, newPin as Pin);
    await token.changePin(deviceId as DeviceId, oldPin as Pin, newPin as Pin);
    isSet();
    return null;
  },
  unblockPin: async (token, { deviceId, adminPin, newPin }) => {
    demandNew(newPin as Pin, adminPin as Pin);
    const isSet = pins.remember(deviceId, newPin as Pin);
    await token.unblockPin(deviceId as DeviceId, adminPin as Pin, newPin as Pin);
    isSet();
    return null;
  },
  requestUnblock: (token, { deviceId }) => token.requestUnblock(deviceId as DeviceId),
  finishUnblock: async (token, { deviceId, response, newPin }) => {
    pins.demand(newPin as Pin);
    const isSet = pins.remember(deviceId, newPin as Pin);
    await token.finishUnblock(deviceId as DeviceId, response, newPin as Pin);
    isSet();
    return null;
  },
  generateKeyPair: (token, { session, keySpec, label }) => token.generateKeyPair(session as SessionId, keySpec, label),
  importCertificate: async (token, { session, identityId, use, certificate }) => {
    await token.importCertificate(session as SessionId, identityId, use, certificate);
    return null;
  },
  importEncryptionKeyPair: async (token, { session, identityId, pair, certificate }) => {
    await token.importEncryptionKeyPair(session as SessionId, identityId, pair, certificate);
    return null;
  },
  listFiles: async (token, { deviceId }) => {
    const files = await token.listFiles(deviceId as DeviceId);
    return files.map((file) => {
      const format = sealFormatOf(file.name, seal);
      return format === undefined ? file : { ...file, seal: format };
    });
  },
  readFile: (token, { deviceId, name, session }) =>
    token.readFile(deviceId as DeviceId, name, session as SessionId | null),
  listMechanisms: (token, { deviceId }) => token.listMechanisms(deviceId as DeviceId),
  random: (token, { deviceId, length }) => token.random(deviceId as DeviceId, length),
};

/** The administrator's PIN is of another kind: only the new one is the user's. */
function demandNew(newPin: Pin, adminPin: Pin): void {
  try {
    pins.demand(newPin);
  } catch (error) {
    adminPin.fill(0);
    throw error;
  }
}

async function perform(method: string, params: unknown): Promise<unknown> {
  if (driver === null || !isMethod(method) || !acceptsParams(method, params))
    throw new CodedError('ERR_DRIVER_PROTOCOL', { driver: driver?.info.id ?? '', detail: 'call out of shape' });
  const handle = handlers[method] as (token: TokenDriver, params: unknown) => Promise<unknown>;
  return handle(driver, params);
}

async function answer(id: number, method: string, params: unknown): Promise<void> {
  try {
    tell({ type: 'result', id, value: await perform(method, params) });
  } catch (error) {
    failed(id, error);
  }
}

function failed(id: number, error: unknown): void {
  tell({ type: 'failure', id, error: flattenError(error) }, isExhausted(error) ? leave : undefined);
}

/** A library that got no memory leaks or needs more than it may have; a fresh process is the only cure. */
function isExhausted(error: unknown): boolean {
  const name = isCodedError(error) ? error.native?.name : undefined;
  return name === 'SAR_MEMORYERR' || name === 'CKR_HOST_MEMORY';
}

function leave(): void {
  process.exit(4);
}

function isMethod(name: string): name is MethodName {
  return Object.hasOwn(handlers, name);
}

async function stop(): Promise<void> {
  await driver?.close();
  process.exit(0);
}

function receive(message: ToHost): void {
  if (message.type === 'start') void start(message.config, message.user);
  else if (message.type === 'call') void answer(message.id, message.method, message.params);
  else void stop();
}

closeInheritedHandles(signPipe);
dieWithParent();
process.once('disconnect', () => process.exit(0));
serveSignatures(
  () => (driver === null ? null : { driver, failed }),
  () => process.exit(3),
);
process.on('message', (message: unknown) => {
  if (toHost.Check(message)) receive(message);
  else process.exit(3);
});
