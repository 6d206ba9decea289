import { oidValue } from '../../asn1/object-identifier.ts';
import type { DerNode } from '../../asn1/reader.ts';
import { CodedError } from '../../errors/coded-error.ts';
import { type GeneralName, parseGeneralName } from '../general-name.ts';

export interface AccessDescription {
  /** Dotted access method, e.g. `oids.ocspAccess`. */
  readonly method: string;
  readonly location: GeneralName;
}

/** Authority or subject information access (RFC 5280 §4.2.2), at least one description. */
export function parseAuthorityInfoAccess(node: DerNode): readonly AccessDescription[] {
  const descriptions = node.sequence().rest().map(parseDescription);
  if (descriptions.length === 0)
    throw new CodedError('ERR_X509_MALFORMED', { field: 'authorityInfoAccess', offset: node.offset });
  return descriptions;
}

function parseDescription(node: DerNode): AccessDescription {
  const fields = node.sequence();
  const method = oidValue(fields.next());
  const location = parseGeneralName(fields.next());
  fields.finish();
  return { method, location };
}
