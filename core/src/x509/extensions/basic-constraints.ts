import type { DerNode } from '../../asn1/reader.ts';
import { derTag } from '../../asn1/tags.ts';
import { booleanValue, smallIntegerValue } from '../../asn1/values.ts';
import { CodedError } from '../../errors/coded-error.ts';

export interface BasicConstraints {
  readonly ca: boolean;
  /** How many intermediate certificates may follow that are not self-issued. */
  readonly pathLength: number | undefined;
}

/**
 * RFC 5280 §4.2.1.9. A path length without cA parses (the profile judges it), a negative one does not.
 *
 * NOTE: `cA FALSE` written out is a DEFAULT that DER leaves away; CAs in use write it, and it says the same.
 */
export function parseBasicConstraints(node: DerNode): BasicConstraints {
  const fields = node.sequence();
  const ca = fields.optional(derTag.boolean);
  const pathLength = fields.optional(derTag.integer);
  if (!fields.atEnd) throw new CodedError('ERR_X509_MALFORMED', { field: 'basicConstraints', offset: fields.offset });
  return {
    ca: ca !== undefined && booleanValue(ca),
    pathLength: pathLength === undefined ? undefined : smallIntegerValue(pathLength),
  };
}
