import { octetStringValue } from '../asn1/index.ts';
import { readContentInfo } from './content-info.ts';
import { type DigestedData, digestedDataOf } from './digested-data.ts';
import type { EncryptedData, EnvelopedData } from './envelope.ts';
import { encryptedDataOf, envelopeOf } from './parse-envelope.ts';
import { signedDataOf } from './parse-signed-data.ts';
import type { MessageFamily, SignedData } from './signed-data.ts';

/** A message of any kind that we read. */
export type Message =
  | { readonly kind: 'signed'; readonly message: SignedData }
  | { readonly kind: 'enveloped' | 'auth-enveloped' | 'signed-and-enveloped'; readonly message: EnvelopedData }
  | { readonly kind: 'encrypted'; readonly message: EncryptedData }
  | { readonly kind: 'digested'; readonly message: DigestedData }
  | { readonly kind: 'data'; readonly message: { readonly family: MessageFamily; readonly content: Uint8Array } };

/**
 * Parses whatever message these bytes are. Nothing is verified or decrypted.
 *
 * @throws {CodedError} ERR_CMS_CONTENT_TYPE_UNSUPPORTED { oid }, ERR_CMS_MALFORMED, ERR_ENVELOPE_MALFORMED, ERR_DER_…
 */
export function parseMessage(bytes: Uint8Array): Message {
  const info = readContentInfo(bytes);
  const { kind, family } = info;
  switch (kind) {
    case 'signed':
      return { kind, message: signedDataOf(info) };
    case 'encrypted':
      return { kind, message: encryptedDataOf(info) };
    case 'digested':
      return { kind, message: digestedDataOf(info) };
    case 'data':
      return { kind, message: { family, content: octetStringValue(info.content) } };
    default:
      return { kind, message: envelopeOf(info) };
  }
}
