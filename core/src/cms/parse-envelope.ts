import {
  contextConstructed,
  contextPrimitive,
  type DerNode,
  type DerReader,
  derTag,
  octetStringValue,
  oidValue,
  smallIntegerValue,
} from '../asn1/index.ts';
import { joinBytes } from '../bytes/index.ts';
import { gcmTagLength } from '../crypto/index.ts';
import type { Symptom } from '../deviations/index.ts';
import { CodedError } from '../errors/index.ts';
import { parseContentEncryption } from './content-encryption.ts';
import { type ContentInfo, fieldsOf, readContentInfo } from './content-info.ts';
import type { EncryptedContent, EncryptedData, EnvelopedData } from './envelope.ts';
import { parseRecipient } from './parse-recipient.ts';
import { algorithmOid, asSet, parseRevocations, parseSigners, sequencesIn } from './parse-signed-data.ts';
import type { Recipient } from './recipient.ts';

/** Far beyond any honest message. */
const maxRecipients = 1024;

/**
 * Parses EnvelopedData, SignedAndEnvelopedData or AuthEnvelopedData. The structure is checked, nothing is decrypted.
 *
 * @throws {CodedError} ERR_CMS_CONTENT_TYPE_UNSUPPORTED { oid }, ERR_ENVELOPE_MALFORMED { field, offset }, ERR_DER_…
 */
export function parseEnvelope(message: Uint8Array): EnvelopedData {
  return envelopeOf(readContentInfo(message));
}

/** {@link parseEnvelope} of a ContentInfo that is open already. */
export function envelopeOf(info: ContentInfo): EnvelopedData {
  const fields = fieldsOf(info, 'enveloped', 'auth-enveloped', 'signed-and-enveloped');
  const version = smallIntegerValue(fields.next(), 5);
  if (info.kind !== 'signed-and-enveloped') fields.optional(contextConstructed(0));
  const recipients = parseRecipients(fields.read(derTag.set), info);
  switch (info.kind) {
    case 'signed-and-enveloped':
      return parseSignedAndEnveloped(fields, info, version, recipients);
    case 'auth-enveloped':
      return parseAuthEnveloped(fields, info, version, recipients);
    default: {
      const content = parseEncryptedContent(fields.sequence());
      fields.optional(contextConstructed(1));
      fields.finish();
      return envelope(info, 'enveloped', version, recipients, content);
    }
  }
}

/**
 * Parses EncryptedData.
 *
 * @throws {CodedError} as {@link parseEnvelope}
 */
export function parseEncryptedData(message: Uint8Array): EncryptedData {
  return encryptedDataOf(readContentInfo(message));
}

/** {@link parseEncryptedData} of a ContentInfo that is open already. */
export function encryptedDataOf(info: ContentInfo): EncryptedData {
  const fields = fieldsOf(info, 'encrypted');
  const version = smallIntegerValue(fields.next(), 5);
  const content = parseEncryptedContent(fields.sequence());
  fields.optional(contextConstructed(1));
  fields.finish();
  return { family: info.family, version, content, deviations: content.encryption.deviations };
}

function parseRecipients(node: DerNode, { family }: ContentInfo): readonly Recipient[] {
  const nodes = node.reader().rest();
  if (nodes.length === 0 || nodes.length > maxRecipients) throw malformed('recipientInfos', node);
  return nodes.map((each) => parseRecipient(each, family));
}

/** sharedInfo1 and sharedInfo2 of GB/T 35275 §9 have no defined use and are read over. */
function parseEncryptedContent(fields: DerReader): EncryptedContent {
  const contentType = oidValue(fields.next());
  const encryption = parseContentEncryption(fields.next());
  const ciphertext = parseCiphertext(fields);
  fields.optional(contextPrimitive(1));
  fields.optional(contextPrimitive(2));
  fields.finish();
  return { contentType, encryption, ciphertext };
}

/** `[0] IMPLICIT OCTET STRING`, which streaming writers cut into pieces. */
function parseCiphertext(fields: DerReader): Uint8Array | null {
  const pieces = fields.optional(contextConstructed(0));
  if (pieces !== undefined)
    return joinBytes(
      pieces
        .reader()
        .rest()
        .map((piece) => octetStringValue(piece)),
    );
  return fields.optional(contextPrimitive(0))?.content ?? null;
}

/** GB/T 35275-2017 §10, RFC 2315 §11: recipients, digests, content, certificates, CRLs, signers without attributes. */
function parseSignedAndEnveloped(
  fields: DerReader,
  info: ContentInfo,
  version: number,
  recipients: readonly Recipient[],
): EnvelopedData {
  const digestAlgorithms = fields.read(derTag.set).reader().rest().map(algorithmOid);
  const content = parseEncryptedContent(fields.sequence());
  const certificates = sequencesIn(fields.optional(contextConstructed(0)));
  const revocations = parseRevocations(fields.optional(contextConstructed(1)));
  const signers = parseSigners(fields.read(derTag.set));
  fields.finish();
  const { contentType } = content;
  const signed = { version, contentType, content: null, digestAlgorithms, certificates, ...revocations, signers };
  return {
    ...envelope(info, 'signed-and-enveloped', version, recipients, content),
    signedData: { family: info.family, ...signed },
  };
}

/** RFC 5083 §2.1: the attributes are authenticated with tag 0x31, and beside them stands the tag of the cipher. */
function parseAuthEnveloped(
  fields: DerReader,
  info: ContentInfo,
  version: number,
  recipients: readonly Recipient[],
): EnvelopedData {
  const content = parseEncryptedContent(fields.sequence());
  const attributes = fields.optional(contextConstructed(1));
  const macNode = fields.read(derTag.octetString);
  fields.optional(contextConstructed(2));
  fields.finish();
  const tag = octetStringValue(macNode);
  if (tag.length !== gcmTagLength) throw malformed('mac', macNode);
  return {
    ...envelope(info, 'auth-enveloped', version, recipients, content),
    authentication: { tag, attributesDer: attributes === undefined ? new Uint8Array(0) : asSet(attributes.der) },
  };
}

function envelope(
  { family }: ContentInfo,
  kind: EnvelopedData['kind'],
  version: number,
  recipients: readonly Recipient[],
  content: EncryptedContent,
): EnvelopedData {
  const deviations: readonly Symptom[] = content.encryption.deviations;
  return { kind, family, version, recipients, content, authentication: null, signedData: null, deviations };
}

function malformed(field: string, node: DerNode): CodedError {
  return new CodedError('ERR_ENVELOPE_MALFORMED', { field, offset: node.offset });
}
