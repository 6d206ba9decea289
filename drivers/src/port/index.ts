export { type TokenCapability, tokenCapabilities } from './capability.ts';
export {
  type DriverConfig,
  DriverConfigSchema,
  type Pkcs11DriverConfig,
  parseDriverConfig,
  parseDriverConfigs,
  type SkfDriverConfig,
  type SkfQuirks,
  type SoftDriverConfig,
} from './driver-config.ts';
export { hostUserNumber, hostUsers, isHostUserNumber } from './host-slots.ts';
export type {
  DeviceId,
  DriverFamily,
  DriverInfo,
  Pin,
  PinStatus,
  SessionId,
  SignInput,
  TokenDevice,
  TokenDriver,
  TokenIdentity,
} from './token-driver.ts';
export { Turns } from './turns.ts';
