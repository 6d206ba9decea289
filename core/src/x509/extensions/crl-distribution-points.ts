import type { DerNode } from '../../asn1/reader.ts';
import { contextConstructed, contextPrimitive } from '../../asn1/tags.ts';
import { bitStringValue } from '../../asn1/values.ts';
import { CodedError } from '../../errors/coded-error.ts';
import { type GeneralName, parseGeneralNames } from '../general-name.ts';
import { parseRelativeName, type RelativeName } from '../name.ts';

/** Bit 1 first: bit 0 is unused (RFC 5280 §4.2.1.13). */
const reasonNames = [
  'keyCompromise',
  'cACompromise',
  'affiliationChanged',
  'superseded',
  'cessationOfOperation',
  'certificateHold',
  'privilegeWithdrawn',
  'aACompromise',
] as const;

export type RevocationReasonFlag = (typeof reasonNames)[number];

export type DistributionPointName =
  | { readonly kind: 'full'; readonly names: readonly GeneralName[] }
  /** To be appended to the CRL issuer's name. */
  | { readonly kind: 'relative'; readonly rdn: RelativeName };

export interface DistributionPoint {
  readonly name: DistributionPointName | undefined;
  /** Undefined: all reasons. */
  readonly reasons: ReadonlySet<RevocationReasonFlag> | undefined;
  readonly crlIssuer: readonly GeneralName[] | undefined;
}

/** RFC 5280 §4.2.1.13, also for freshestCRL: at least one point, each with a name or a CRL issuer. */
export function parseCrlDistributionPoints(node: DerNode): readonly DistributionPoint[] {
  const points = node.sequence().rest().map(parsePoint);
  if (points.length === 0) throw malformed(node);
  return points;
}

/** DistributionPointName inside its `[0]`; also used by issuingDistributionPoint. */
export function parseDistributionPointName(node: DerNode): DistributionPointName {
  const choice = node.nested();
  if (choice.tag === contextConstructed(0)) return { kind: 'full', names: parseGeneralNames(choice) };
  return { kind: 'relative', rdn: parseRelativeName(choice.expect(contextConstructed(1))) };
}

/** ReasonFlags in their IMPLICIT tag; also used by issuingDistributionPoint. */
export function parseReasonFlags(node: DerNode, tag: number): ReadonlySet<RevocationReasonFlag> {
  const { bytes } = bitStringValue(node, tag);
  return new Set(
    reasonNames.filter((_, index) => ((bytes[(index + 1) >> 3] ?? 0) & (0x80 >> ((index + 1) & 7))) !== 0),
  );
}

function parsePoint(node: DerNode): DistributionPoint {
  const fields = node.sequence();
  const name = fields.optional(contextConstructed(0));
  const reasons = fields.optional(contextPrimitive(1));
  const issuer = fields.optional(contextConstructed(2));
  if (!fields.atEnd || (name === undefined && issuer === undefined)) throw malformed(node);
  return {
    name: name === undefined ? undefined : parseDistributionPointName(name),
    reasons: reasons === undefined ? undefined : parseReasonFlags(reasons, contextPrimitive(1)),
    crlIssuer: issuer === undefined ? undefined : parseGeneralNames(issuer),
  };
}

function malformed(node: DerNode): CodedError {
  return new CodedError('ERR_X509_MALFORMED', { field: 'cRLDistributionPoints', offset: node.offset });
}
