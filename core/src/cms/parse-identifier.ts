import { contextPrimitive, type DerNode, derTag, integerBytes } from '../asn1/index.ts';
import { formatSerialNumber } from '../x509/index.ts';
import type { SignerIdentifier } from './signed-data.ts';

/** SignerIdentifier and RecipientIdentifier of RFC 5652 §5.3 and §6.2.1. @throws {CodedError} ERR_DER_… */
export function parseIdentifier(node: DerNode): SignerIdentifier {
  if (node.tag === contextPrimitive(0)) return { kind: 'subject-key-identifier', keyIdentifier: node.content };
  const fields = node.sequence();
  const issuerDer = fields.read(derTag.sequence).der;
  const serialNumber = formatSerialNumber(integerBytes(fields.next()));
  fields.finish();
  return { kind: 'issuer-and-serial', issuerDer, serialNumber };
}
