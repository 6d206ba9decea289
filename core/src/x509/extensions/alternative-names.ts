import type { DerNode } from '../../asn1/reader.ts';
import { derTag } from '../../asn1/tags.ts';
import { type GeneralName, parseGeneralNames } from '../general-name.ts';

/** Subject or issuer alternative names (RFC 5280 §4.2.1.6 and §4.2.1.7), at least one. */
export function parseAlternativeNames(node: DerNode): readonly GeneralName[] {
  return parseGeneralNames(node.expect(derTag.sequence));
}
