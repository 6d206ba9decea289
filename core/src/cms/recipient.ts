import type { AlgorithmIdentifier, KeyEncryption } from '../crypto/index.ts';
import type { Symptom } from '../deviations/index.ts';
import type { KeyAgreement } from './key-agreement.ts';
import type { KeyWrap } from './key-wrap.ts';
import type { PasswordKeyWrap } from './password-key-wrap.ts';
import type { SignerIdentifier } from './signed-data.ts';

/** How a recipient's certificate is named; the same choice as a signer's. */
export type RecipientIdentifier = SignerIdentifier;

/** The content key encrypted to a public key: RFC 5652 §6.2.1, GB/T 35275-2017 §9. */
export interface KeyTransportRecipient {
  readonly kind: 'key-transport';
  readonly version: number;
  readonly identifier: RecipientIdentifier;
  /** undefined: a way that we do not do. */
  readonly scheme: KeyEncryption | undefined;
  /** Dotted OID of the key encryption algorithm. */
  readonly algorithm: string;
  readonly encryptedKey: Uint8Array;
  readonly deviations: readonly Symptom[];
}

/** Whose key agrees with the recipients': a key made for this message, or one that a certificate holds. */
export type Originator =
  | {
      readonly kind: 'public-key';
      /** id-ecPublicKey without parameters means the recipients' curve. */
      readonly algorithm: AlgorithmIdentifier;
      readonly publicKey: Uint8Array;
    }
  | { readonly kind: 'certificate'; readonly identifier: RecipientIdentifier };

/** Recipients whose keys agree on one with the originator's: RFC 5652 §6.2.2, RFC 5753 §3.1. */
export interface KeyAgreementRecipient {
  readonly kind: 'key-agreement';
  readonly originator: Originator;
  readonly userKeyingMaterial: Uint8Array | undefined;
  /** undefined: a way that we do not do. */
  readonly agreement: KeyAgreement | undefined;
  /** Dotted OID of the key agreement algorithm. */
  readonly algorithm: string;
  readonly keys: readonly { readonly identifier: RecipientIdentifier; readonly encryptedKey: Uint8Array }[];
}

/** A key that both sides have already: RFC 5652 §6.2.3. */
export interface SharedKeyRecipient {
  readonly kind: 'key-encryption-key';
  readonly keyIdentifier: Uint8Array;
  /** undefined: a way that we do not do. */
  readonly wrap: KeyWrap | undefined;
  /** Dotted OID. */
  readonly algorithm: string;
  readonly encryptedKey: Uint8Array;
}

/** A password: RFC 5652 §6.2.4, RFC 3211. */
export interface PasswordRecipient {
  readonly kind: 'password';
  /** undefined where the key is derived in a way agreed elsewhere. */
  readonly derivation: AlgorithmIdentifier | undefined;
  /** undefined: a way that we do not do. */
  readonly wrap: PasswordKeyWrap | undefined;
  /** Dotted OID. */
  readonly algorithm: string;
  readonly encryptedKey: Uint8Array;
}

/** One to whom the content key was encrypted. */
export type Recipient =
  | KeyTransportRecipient
  | KeyAgreementRecipient
  | SharedKeyRecipient
  | PasswordRecipient
  /** RFC 5652 §6.2.5: a form of somebody else's, named by its identifier. */
  | { readonly kind: 'other'; readonly algorithm: string };
