import type { Symptom } from '../deviations/index.ts';
import type { ContentEncryption } from './content-encryption.ts';
import type { Recipient } from './recipient.ts';
import type { MessageFamily, SignedData } from './signed-data.ts';

/** EncryptedContentInfo, RFC 5652 §6.1. */
export interface EncryptedContent {
  /** OID of what is inside. */
  readonly contentType: string;
  readonly encryption: ContentEncryption;
  /** null where the ciphertext is kept elsewhere. Of a GCM cipher without its tag. */
  readonly ciphertext: Uint8Array | null;
}

/**
 * EnvelopedData of GB/T 35275-2017 §9 (GM/T 0010), RFC 5652 §6 or RFC 2315 §10, or AuthEnvelopedData of RFC 5083. Nothing is
 * decrypted and nobody is trusted.
 */
export interface EnvelopedData {
  readonly kind: 'enveloped' | 'auth-enveloped' | 'signed-and-enveloped';
  readonly family: MessageFamily;
  readonly version: number;
  readonly recipients: readonly Recipient[];
  readonly content: EncryptedContent;
  /** AuthEnvelopedData: the tag, and the attributes as they are authenticated (SET OF with tag 0x31). */
  readonly authentication: { readonly tag: Uint8Array; readonly attributesDer: Uint8Array } | null;
  /** SignedAndEnvelopedData: who signed the content; the content itself is null until it is opened. */
  readonly signedData: SignedData | null;
  readonly deviations: readonly Symptom[];
}

/** EncryptedData, RFC 5652 §8 and GB/T 35275-2017 §11: the key comes from elsewhere. */
export interface EncryptedData {
  readonly family: MessageFamily;
  readonly version: number;
  readonly content: EncryptedContent;
  readonly deviations: readonly Symptom[];
}
