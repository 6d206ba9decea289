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
