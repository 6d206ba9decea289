import type { KeyEncryption, SignatureAlgorithm } from '@onelock/core/crypto';
import { CodedError } from '@onelock/core/errors';
import type {
  DecryptionKey,
  EnvelopedKeyPair,
  GeneratedKey,
  KeySpec,
  Pin,
  PinRole,
  PinStatus,
  SealedContent,
  SignInput,
  TokenFile,
  TokenIdentity,
} from '../../port/index.ts';
import type { ApduChannel } from '../apdu/index.ts';
import type { CardApplication, CardDescription, UnlockedCard } from './card-application.ts';

/** An application overrides what it has; the rest throws ERR_CALL_UNSUPPORTED, and its capabilities say so before. */
export abstract class LackingApplication implements CardApplication {
  abstract readonly keepsPin: boolean;
  abstract readonly pinLength: { readonly min: number; readonly max: number };
  abstract select(channel: ApduChannel): Promise<void>;
  abstract describe(channel: ApduChannel): Promise<CardDescription>;
  abstract identities(channel: ApduChannel): Promise<readonly TokenIdentity[]>;
  abstract forget(): void;
  abstract pinStatus(channel: ApduChannel, role: PinRole): Promise<PinStatus>;
  abstract verifyPin(channel: ApduChannel, pin: Pin): Promise<void>;
  abstract logOut(channel: ApduChannel): Promise<boolean>;
  abstract changePin(channel: ApduChannel, oldPin: Pin, newPin: Pin): Promise<void>;
  abstract unblockPin(channel: ApduChannel, adminPin: Pin, newPin: Pin): Promise<void>;
  abstract sign(
    card: UnlockedCard,
    identityId: string,
    algorithm: SignatureAlgorithm,
    input: SignInput,
  ): Promise<Uint8Array>;

  decrypt(_card: UnlockedCard, _key: DecryptionKey, _scheme: KeyEncryption, _data: Uint8Array): Promise<Uint8Array> {
    return refuse('decrypt');
  }

  decryptContent(
    _card: UnlockedCard,
    _key: DecryptionKey,
    _scheme: KeyEncryption,
    _content: SealedContent,
  ): Promise<Uint8Array> {
    return refuse('decryptContent');
  }

  generateKeyPair(_card: UnlockedCard, _keySpec: KeySpec, _label: string): Promise<GeneratedKey> {
    return refuse('generateKeyPair');
  }

  importCertificate(
    _card: UnlockedCard,
    _identityId: string,
    _use: 'signing' | 'encryption',
    _certificate: Uint8Array,
  ): Promise<void> {
    return refuse('importCertificate');
  }

  importEncryptionKeyPair(
    _card: UnlockedCard,
    _identityId: string,
    _pair: EnvelopedKeyPair,
    _certificate: Uint8Array | null,
  ): Promise<void> {
    return refuse('importEncryptionKeyPair');
  }

  random(_channel: ApduChannel, _length: number): Promise<Uint8Array> {
    return refuse('random');
  }

  files(_channel: ApduChannel): Promise<readonly TokenFile[]> {
    return refuse('listFiles');
  }

  readFile(_channel: ApduChannel, _name: string, _unlocked: boolean): Promise<Uint8Array> {
    return refuse('readFile');
  }
}

async function refuse(call: string): Promise<never> {
  throw new CodedError('ERR_CALL_UNSUPPORTED', { call });
}
