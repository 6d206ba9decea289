import type { CallName } from '@onelock/core/contract';
import type { TokenCapability, TokenDevice } from '@onelock/drivers/port';

/** Calls that every device can serve. */
const always: readonly CallName[] = [
  'getDeviceInfo',
  'listCertificates',
  'selectCertificate',
  'getCertificate',
  'openKeySession',
  'closeKeySession',
  'getPinStatus',
];

/** Calls that need one of these of the device. */
const needs: Readonly<Partial<Record<CallName, readonly TokenCapability[]>>> = {
  authenticate: ['sign-message'],
  signData: ['sign-message'],
  signMessage: ['sign-message'],
  signFile: ['sign-message'],
  signBatch: ['sign-message'],
  signDigest: ['sign-digest'],
  decryptData: ['decrypt', 'decrypt-content'],
  decryptFile: ['decrypt', 'decrypt-content'],
  rehearseDecryption: ['decrypt', 'decrypt-content'],
  decryptKey: ['decrypt'],
  createCertificateRequest: ['generate-key'],
  importCertificate: ['import-certificate'],
  importEncryptionKeyPair: ['import-encryption-key'],
  changePin: ['change-pin'],
  unblockPin: ['unblock-pin', 'unblock-pin-remote'],
  generateRandom: ['random'],
};

/** What a page may call with this device. */
export function callsOfDevice({ capabilities }: TokenDevice): readonly CallName[] {
  const able = Object.entries(needs).filter(([, any]) => any.some((capability) => capabilities.includes(capability)));
  return [...always, ...able.map(([call]) => call as CallName)];
}
