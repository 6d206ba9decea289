import {
  contextConstructed,
  type DerNode,
  derTag,
  octetStringValue,
  oidValue,
  smallIntegerValue,
} from '../asn1/index.ts';
import type { Symptom } from '../deviations/index.ts';
import { CodedError } from '../errors/index.ts';
import { parseKeyEncryption } from './key-encryption.ts';
import { parseKeyAgreementRecipient } from './parse-agreement.ts';
import { parseIdentifier } from './parse-identifier.ts';
import { parsePasswordRecipient, parseSharedKeyRecipient } from './parse-shared-recipient.ts';
import type { Recipient } from './recipient.ts';
import type { MessageFamily } from './signed-data.ts';

/**
 * RecipientInfo, RFC 5652 §6.2: every choice is read, whether or not we can open it.
 *
 * @throws {CodedError} ERR_ENVELOPE_MALFORMED { field, offset }, ERR_DER_…
 */
export function parseRecipient(node: DerNode, family: MessageFamily): Recipient {
  switch (node.tag) {
    case contextConstructed(1):
      return parseKeyAgreementRecipient(node);
    case contextConstructed(2):
      return parseSharedKeyRecipient(node);
    case contextConstructed(3):
      return parsePasswordRecipient(node);
    case contextConstructed(4):
      return { kind: 'other', algorithm: oidValue(node.reader().next()) };
    default:
      return parseKeyTransport(node, family);
  }
}

/**
 * A key transport recipient is version 0 (issuer and serial number) or 2 (key identifier) in RFC 5652 §6.2.1, version 0 in
 * RFC 2315 and version 1 in GB/T 35275; what else is in use is a deviation, and any other version is malformed.
 */
function parseKeyTransport(node: DerNode, family: MessageFamily): Recipient {
  const fields = node.expect(derTag.sequence).reader();
  const version = smallIntegerValue(fields.next(), 5);
  const identifier = parseIdentifier(fields.next());
  const { scheme, oid } = parseKeyEncryption(fields.next());
  const encryptedKey = octetStringValue(fields.next());
  fields.finish();
  const deviations = versionDeviations(family, version, identifier.kind === 'subject-key-identifier');
  if (deviations === undefined)
    throw new CodedError('ERR_ENVELOPE_MALFORMED', { field: 'recipientInfo.version', offset: node.offset });
  return { kind: 'key-transport', version, identifier, scheme, algorithm: oid, encryptedKey, deviations };
}

/** undefined: no such version. RFC 2315 writers of SM2 messages under PKCS#7 types count from 1 as GM/T 0010 does. */
function versionDeviations(family: MessageFamily, version: number, byKey: boolean): readonly Symptom[] | undefined {
  if (byKey) return version !== 2 ? undefined : family === 'gm' ? ['recipient-by-key-identifier'] : [];
  if (family === 'gm') return version === 1 ? [] : version === 0 ? ['recipient-version-of-pkcs7'] : undefined;
  return version === 0 || version === 1 ? [] : undefined;
}
