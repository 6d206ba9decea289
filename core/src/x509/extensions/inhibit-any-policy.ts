import type { DerNode } from '../../asn1/reader.ts';
import { smallIntegerValue } from '../../asn1/values.ts';

/** RFC 5280 §4.2.1.14. */
export function parseInhibitAnyPolicy(node: DerNode): number {
  return smallIntegerValue(node);
}
