export {
  completeLacks,
  lackReasons,
  type TokenCapability,
  type TokenLack,
  tokenCapabilities,
} from './capability.ts';
export type {
  CardQuirks,
  Gmt0017Quirks,
  HidFraming,
  HidTransportConfig,
  OpenPgpQuirks,
  PivQuirks,
} from './card-config.ts';
export { type ContentCipher, contentCiphers, type DecryptionKey, type SealedContent } from './decryption.ts';
export {
  type CardDriverConfig,
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
export {
  type EnvelopeCipher,
  type EnvelopedKeyPair,
  envelopeCiphers,
  type GeneratedKey,
  type KeySpec,
  keySpecs,
  mechanismUses,
  type PinRole,
  pinRoles,
  type TokenFile,
  type TokenMechanism,
  type UnblockRequest,
} from './key-management.ts';
export { type PinPolicy, PinPolicySchema } from './pin-policy.ts';
export type { Pkcs11Mechanisms, Pkcs11Quirks } from './pkcs11-settings.ts';
export {
  matchesPattern,
  type SealFormat,
  type SealPlace,
  SealPlaceSchema,
  sealFormatOf,
  sealFormats,
  sealPlaces,
} from './seal-place.ts';
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
export { UnsupportedMethods } from './unsupported-methods.ts';
