export { createPkcs11Driver } from './create-pkcs11-driver.ts';
export { loadPkcs11Module } from './load-module.ts';
export { preparePinPads } from './pin-pad.ts';
export { provisionPkcs11Token } from './provision-pkcs11-token.ts';
export type {
  Pkcs11IdentityContents,
  Pkcs11TokenContents,
  ProvisionedPkcs11Token,
  SoftHsmStore,
} from './provisioning.ts';
export { findSoftHsm, prepareSoftHsmStore } from './softhsm-store.ts';
