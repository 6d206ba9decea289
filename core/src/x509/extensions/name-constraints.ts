import type { DerNode } from '../../asn1/reader.ts';
import { contextConstructed, contextPrimitive } from '../../asn1/tags.ts';
import { smallIntegerValue } from '../../asn1/values.ts';
import { CodedError } from '../../errors/coded-error.ts';
import { type GeneralName, parseGeneralName } from '../general-name.ts';

export interface NameConstraints {
  readonly permitted: readonly GeneralName[];
  readonly excluded: readonly GeneralName[];
}

/**
 * RFC 5280 §4.2.1.10. An address mask must be ones and then zeros. Minimum and maximum are not used by the profile:
 * any but minimum 0 is refused.
 */
export function parseNameConstraints(node: DerNode): NameConstraints {
  const fields = node.sequence();
  const permitted = fields.optional(contextConstructed(0));
  const excluded = fields.optional(contextConstructed(1));
  if (!fields.atEnd || (permitted === undefined && excluded === undefined)) throw malformed(node);
  return { permitted: subtrees(permitted), excluded: subtrees(excluded) };
}

function subtrees(node: DerNode | undefined): readonly GeneralName[] {
  if (node === undefined) return [];
  const bases = node.reader().rest().map(parseSubtree);
  if (bases.length === 0) throw malformed(node);
  return bases;
}

function parseSubtree(node: DerNode): GeneralName {
  const fields = node.sequence();
  const base = parseGeneralName(fields.next(), 'constraint');
  const minimum = fields.optional(contextPrimitive(0));
  if (minimum !== undefined && smallIntegerValue(minimum, 0x7fffffff, contextPrimitive(0)) !== 0) throw malformed(node);
  if (!fields.atEnd || (base.kind === 'ip' && !maskIsContiguous(base.bytes.subarray(base.bytes.length / 2))))
    throw malformed(node);
  return base;
}

function maskIsContiguous(mask: Uint8Array): boolean {
  let ended = false;
  for (const octet of mask) {
    const inverted = ~octet & 0xff;
    if ((ended && octet !== 0) || (inverted & (inverted + 1)) !== 0) return false;
    ended ||= octet !== 0xff;
  }
  return true;
}

function malformed(node: DerNode): CodedError {
  return new CodedError('ERR_X509_MALFORMED', { field: 'nameConstraints', offset: node.offset });
}
