import {
  contextConstructed,
  type DerNode,
  type DerReader,
  derTag,
  octetStringValue,
  smallIntegerValue,
  wholeBitStringValue,
} from '../asn1/index.ts';
import { parseAlgorithmIdentifier } from '../crypto/index.ts';
import { CodedError } from '../errors/index.ts';
import { keyAgreementOf } from './key-agreement.ts';
import { parseIdentifier } from './parse-identifier.ts';
import type { KeyAgreementRecipient, Originator, RecipientIdentifier } from './recipient.ts';

/** Far beyond any honest message. */
const maxKeys = 1024;

/**
 * KeyAgreeRecipientInfo, `[1] IMPLICIT SEQUENCE { version 3, originator [0], ukm [1] OPTIONAL, algorithm, keys }` of RFC 5652
 * §6.2.2.
 *
 * @throws {CodedError} ERR_ENVELOPE_MALFORMED { field, offset }, ERR_DER_…
 */
export function parseKeyAgreementRecipient(node: DerNode): KeyAgreementRecipient {
  const fields = node.reader();
  requireVersion(fields, 3, node);
  const originator = parseOriginator(fields.read(contextConstructed(0)).nested());
  const material = fields.optional(contextConstructed(1))?.nested();
  const algorithm = parseAlgorithmIdentifier(fields.next());
  const keysNode = fields.read(derTag.sequence);
  fields.finish();
  const keys = keysNode.reader().rest();
  if (keys.length === 0 || keys.length > maxKeys) throw malformed('recipientEncryptedKeys', keysNode);
  return {
    kind: 'key-agreement',
    originator,
    userKeyingMaterial: material && octetStringValue(material),
    agreement: keyAgreementOf(algorithm),
    algorithm: algorithm.oid,
    keys: keys.map(parseEncryptedKey),
  };
}

/** @throws {CodedError} ERR_ENVELOPE_MALFORMED { field: 'recipientInfo.version' } */
export function requireVersion(fields: DerReader, version: number, node: DerNode): void {
  if (smallIntegerValue(fields.next(), 5) !== version) throw malformed('recipientInfo.version', node);
}

/** OriginatorIdentifierOrKey: the key itself is `[1] IMPLICIT`, the other choices are those of a signer. */
function parseOriginator(node: DerNode): Originator {
  if (node.tag !== contextConstructed(1)) return { kind: 'certificate', identifier: parseIdentifier(node) };
  const fields = node.reader();
  const algorithm = parseAlgorithmIdentifier(fields.next());
  const publicKey = wholeBitStringValue(fields.next());
  fields.finish();
  return { kind: 'public-key', algorithm, publicKey };
}

function parseEncryptedKey(node: DerNode): KeyAgreementRecipient['keys'][number] {
  const fields = node.sequence();
  const identifier = parseKeyIdentifier(fields.next());
  const encryptedKey = octetStringValue(fields.next());
  fields.finish();
  return { identifier, encryptedKey };
}

/** KeyAgreeRecipientIdentifier: a key identifier may come with a date and more, which are read over. */
function parseKeyIdentifier(node: DerNode): RecipientIdentifier {
  if (node.tag !== contextConstructed(0)) return parseIdentifier(node.expect(derTag.sequence));
  const fields = node.reader();
  const keyIdentifier = octetStringValue(fields.next());
  fields.optional(derTag.generalizedTime);
  fields.optional(derTag.sequence);
  fields.finish();
  return { kind: 'subject-key-identifier', keyIdentifier };
}

function malformed(field: string, node: DerNode): CodedError {
  return new CodedError('ERR_ENVELOPE_MALFORMED', { field, offset: node.offset });
}
