import { oidValue } from '../../asn1/object-identifier.ts';
import type { DerNode } from '../../asn1/reader.ts';
import { CodedError } from '../../errors/coded-error.ts';

/** Dotted key purposes (RFC 5280 §4.2.1.12), at least one. */
export function parseExtendedKeyUsage(node: DerNode): readonly string[] {
  const purposes = node
    .sequence()
    .rest()
    .map((purpose) => oidValue(purpose));
  if (purposes.length === 0)
    throw new CodedError('ERR_X509_MALFORMED', { field: 'extendedKeyUsage', offset: node.offset });
  return purposes;
}
