import type { KeyEncryption } from '@onelock/core/crypto';
import { CodedError } from '@onelock/core/errors';
import type { DecryptionKey, SealedContent } from './decryption.ts';
import type {
  EnvelopedKeyPair,
  GeneratedKey,
  KeySpec,
  TokenFile,
  TokenMechanism,
  UnblockRequest,
} from './key-management.ts';
import type { DeviceId, Pin, SessionId, TokenDriver } from './token-driver.ts';

type Optional =
  | 'decrypt'
  | 'decryptContent'
  | 'changePin'
  | 'unblockPin'
  | 'requestUnblock'
  | 'finishUnblock'
  | 'generateKeyPair'
  | 'importCertificate'
  | 'importEncryptionKeyPair'
  | 'listFiles'
  | 'readFile'
  | 'listMechanisms';

/**
 * A family extends this and overrides what it has: the rest throws ERR_CALL_UNSUPPORTED, and the capabilities of its devices
 * say so before anyone asks. A PIN is wiped even by who does nothing with it.
 */
export abstract class UnsupportedMethods implements Pick<TokenDriver, Optional> {
  decrypt(
    _session: SessionId,
    _key: DecryptionKey,
    _scheme: KeyEncryption,
    _ciphertext: Uint8Array,
  ): Promise<Uint8Array> {
    return refuse('decrypt');
  }

  decryptContent(
    _session: SessionId,
    _key: DecryptionKey,
    _scheme: KeyEncryption,
    _content: SealedContent,
  ): Promise<Uint8Array> {
    return refuse('decryptContent');
  }

  changePin(_deviceId: DeviceId, oldPin: Pin, newPin: Pin): Promise<void> {
    return refuse('changePin', oldPin, newPin);
  }

  unblockPin(_deviceId: DeviceId, adminPin: Pin, newPin: Pin): Promise<void> {
    return refuse('unblockPin', adminPin, newPin);
  }

  requestUnblock(_deviceId: DeviceId): Promise<UnblockRequest> {
    return refuse('requestUnblock');
  }

  finishUnblock(_deviceId: DeviceId, _response: Uint8Array, newPin: Pin): Promise<void> {
    return refuse('finishUnblock', newPin);
  }

  generateKeyPair(_session: SessionId, _keySpec: KeySpec, _label: string): Promise<GeneratedKey> {
    return refuse('generateKeyPair');
  }

  importCertificate(
    _session: SessionId,
    _identityId: string,
    _use: 'signing' | 'encryption',
    _certificate: Uint8Array,
  ): Promise<void> {
    return refuse('importCertificate');
  }

  importEncryptionKeyPair(
    _session: SessionId,
    _identityId: string,
    _pair: EnvelopedKeyPair,
    _certificate: Uint8Array | null,
  ): Promise<void> {
    return refuse('importEncryptionKeyPair');
  }

  listFiles(_deviceId: DeviceId): Promise<readonly TokenFile[]> {
    return refuse('listFiles');
  }

  readFile(_deviceId: DeviceId, _name: string, _session: SessionId | null): Promise<Uint8Array> {
    return refuse('readFile');
  }

  async listMechanisms(_deviceId: DeviceId): Promise<readonly TokenMechanism[]> {
    return [];
  }
}

async function refuse(call: Optional, ...pins: readonly Uint8Array[]): Promise<never> {
  for (const pin of pins) pin.fill(0);
  throw new CodedError('ERR_CALL_UNSUPPORTED', { call });
}
