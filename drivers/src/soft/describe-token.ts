import { CodedError } from '@onelock/core/errors';
import {
  completeLacks,
  type DeviceId,
  keySpecs,
  type PinRole,
  type PinStatus,
  type TokenCapability,
  type TokenDevice,
  type TokenIdentity,
} from '../port/index.ts';
import { isCertified } from './soft-keys.ts';
import { decodeField, type SoftIdentity, type SoftKey, type SoftTokenFile, softPinLength } from './token-file.ts';
import type { PresentToken } from './token-folder.ts';

export function describeDevice(present: PresentToken, token: SoftTokenFile, vendor: string): TokenDevice {
  const algorithms = new Set(token.identities.map(({ signing }) => signing.algorithm));
  const capabilities: readonly TokenCapability[] = [
    'sign-message',
    ...(algorithms.has('rsa') || algorithms.has('sm2') ? (['sign-digest'] as const) : []),
    'random',
    'pin-retries',
    'decrypt',
    'decrypt-content',
    'change-pin',
    ...(token.administrator === undefined ? [] : (['unblock-pin'] as const)),
    ...(token.recovery === undefined ? [] : (['unblock-pin-remote'] as const)),
    'generate-key',
    'import-certificate',
    'import-encryption-key',
    'read-files',
  ];
  return {
    id: present.name as DeviceId,
    kind: 'file',
    vendor,
    model: 'soft token',
    serialNumber: token.serialNumber,
    label: token.label,
    firmwareVersion: null,
    algorithms: [...algorithms],
    freeSpace: null,
    capabilities,
    lacks: completeLacks(
      capabilities,
      [
        { capability: 'sign-digest', reason: 'token', detail: 'it has neither an RSA nor an SM2 key' },
        { capability: 'unblock-pin', reason: 'token', detail: 'made without an administrator PIN' },
        { capability: 'unblock-pin-remote', reason: 'token', detail: 'made without a recovery key of the CA' },
      ],
      'token',
    ),
    keySpecs,
    insertion: present.insertion,
  };
}

export function describeIdentity({ id, label, signing, encryption, earlierEncryption }: SoftIdentity): TokenIdentity {
  return {
    id,
    label,
    signingCertificate: certificateOf(signing),
    encryptionCertificate: encryption === undefined ? null : certificateOf(encryption),
    ...(earlierEncryption && { earlierEncryption: earlierEncryption.map((key) => decodeField(key.certificate)) }),
    ...(!isCertified(signing) && { uncertifiedSigningKey: decodeField(signing.publicKey) }),
    ...(encryption && !isCertified(encryption) && { uncertifiedEncryptionKey: decodeField(encryption.publicKey) }),
  };
}

/** @throws {CodedError} ERR_CALL_UNSUPPORTED when the token has no such PIN */
export function describePin({ pin, administrator }: SoftTokenFile, role: PinRole): PinStatus {
  const counted = role === 'user' ? pin : administrator;
  if (counted === undefined) throw new CodedError('ERR_CALL_UNSUPPORTED', { call: 'unblockPin' });
  const { retriesLeft, retriesMax } = counted;
  return {
    retriesLeft,
    retriesMax,
    low: retriesLeft <= 2 && retriesLeft < retriesMax,
    locked: retriesLeft === 0,
    isDefault: role === 'user' ? pin.isDefault : null,
    minLength: softPinLength.min,
    maxLength: softPinLength.max,
  };
}

function certificateOf(key: SoftKey): Uint8Array | null {
  return isCertified(key) ? decodeField(key.certificate) : null;
}
