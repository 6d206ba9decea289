import { oidValue } from '../../asn1/object-identifier.ts';
import type { DerNode } from '../../asn1/reader.ts';
import { CodedError } from '../../errors/coded-error.ts';

export interface PolicyMapping {
  readonly issuerDomainPolicy: string;
  readonly subjectDomainPolicy: string;
}

/** RFC 5280 §4.2.1.5: at least one pair. Whether anyPolicy stands in one is for path validation to judge. */
export function parsePolicyMappings(node: DerNode): readonly PolicyMapping[] {
  const mappings = node.sequence().rest().map(parseMapping);
  if (mappings.length === 0)
    throw new CodedError('ERR_X509_MALFORMED', { field: 'policyMappings', offset: node.offset });
  return mappings;
}

function parseMapping(node: DerNode): PolicyMapping {
  const fields = node.sequence();
  const issuerDomainPolicy = oidValue(fields.next());
  const subjectDomainPolicy = oidValue(fields.next());
  fields.finish();
  return { issuerDomainPolicy, subjectDomainPolicy };
}
