import type { DerNode } from '../../asn1/reader.ts';
import { octetStringValue } from '../../asn1/values.ts';

/** RFC 5280 §4.2.1.2. */
export function parseSubjectKeyIdentifier(node: DerNode): Uint8Array {
  return octetStringValue(node);
}
