import { booleanValue, contextConstructed, contextPrimitive, type DerNode } from '../asn1/index.ts';
import {
  type DistributionPointName,
  parseDistributionPointName,
  parseReasonFlags,
  type RevocationReasonFlag,
} from '../x509/index.ts';
import { malformed } from './malformed.ts';

/** IssuingDistributionPoint, RFC 5280 §5.2.5: for which certificates and reasons a list speaks. */
export interface CrlScope {
  readonly name: DistributionPointName | undefined;
  /** `everything` when no flag is set; at most one flag may be. */
  readonly only: 'everything' | 'user-certificates' | 'ca-certificates' | 'attribute-certificates';
  /** Undefined: all reasons. */
  readonly reasons: ReadonlySet<RevocationReasonFlag> | undefined;
  /** Entries may be of certificates of other issuers. */
  readonly indirect: boolean;
  /** As it came; a delta and its base have the same, byte for byte. */
  readonly der: Uint8Array;
}

/** @throws {CodedError} ERR_REVOCATION_MALFORMED, ERR_X509_MALFORMED, ERR_DER_… */
export function parseCrlScope(node: DerNode): CrlScope {
  const fields = node.sequence();
  const name = fields.optional(contextConstructed(0));
  const flag = (number: number): boolean => {
    const value = fields.optional(contextPrimitive(number));
    return value !== undefined && booleanValue(value, contextPrimitive(number));
  };
  const user = flag(1);
  const authority = flag(2);
  const reasons = fields.optional(contextPrimitive(3));
  const indirect = flag(4);
  const attribute = flag(5);
  fields.finish();
  if (Number(user) + Number(authority) + Number(attribute) > 1)
    throw malformed('CRL', 'issuingDistributionPoint', node.offset);
  return {
    name: name && parseDistributionPointName(name),
    only: user
      ? 'user-certificates'
      : authority
        ? 'ca-certificates'
        : attribute
          ? 'attribute-certificates'
          : 'everything',
    reasons: reasons && parseReasonFlags(reasons, contextPrimitive(3)),
    indirect,
    der: node.der,
  };
}
