import type { DerNode } from '../../asn1/reader.ts';
import { contextPrimitive } from '../../asn1/tags.ts';
import { smallIntegerValue } from '../../asn1/values.ts';
import { CodedError } from '../../errors/coded-error.ts';

export interface PolicyConstraints {
  /** Certificates that may follow before an explicit policy is required. */
  readonly requireExplicitPolicy: number | undefined;
  /** Certificates that may follow before mappings are no longer allowed. */
  readonly inhibitPolicyMapping: number | undefined;
}

/** RFC 5280 §4.2.1.11: never empty. */
export function parsePolicyConstraints(node: DerNode): PolicyConstraints {
  const fields = node.sequence();
  const explicit = fields.optional(contextPrimitive(0));
  const mapping = fields.optional(contextPrimitive(1));
  if (!fields.atEnd || (explicit === undefined && mapping === undefined))
    throw new CodedError('ERR_X509_MALFORMED', { field: 'policyConstraints', offset: node.offset });
  return {
    requireExplicitPolicy: skipCerts(explicit, 0),
    inhibitPolicyMapping: skipCerts(mapping, 1),
  };
}

function skipCerts(node: DerNode | undefined, number: 0 | 1): number | undefined {
  return node === undefined ? undefined : smallIntegerValue(node, 0x7fffffff, contextPrimitive(number));
}
