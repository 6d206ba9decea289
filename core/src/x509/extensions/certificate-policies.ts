import { oidValue } from '../../asn1/object-identifier.ts';
import { oids } from '../../asn1/oid-registry.ts';
import type { DerNode } from '../../asn1/reader.ts';
import { stringTypeOf, stringValue } from '../../asn1/strings.ts';
import { derTag } from '../../asn1/tags.ts';
import { integerValue } from '../../asn1/values.ts';
import { CodedError } from '../../errors/coded-error.ts';

export type PolicyQualifier =
  | { readonly kind: 'cps'; readonly uri: string }
  | {
      readonly kind: 'user-notice';
      readonly explicitText: string | undefined;
      readonly noticeRef: { readonly organization: string; readonly numbers: readonly bigint[] } | undefined;
    }
  | { readonly kind: 'unknown'; readonly oid: string; readonly value: DerNode };

export interface PolicyInformation {
  /** Dotted policy identifier. */
  readonly policy: string;
  readonly qualifiers: readonly PolicyQualifier[];
}

/** RFC 5280 §4.2.1.4: at least one policy, none of them twice. */
export function parseCertificatePolicies(node: DerNode): readonly PolicyInformation[] {
  const policies = node.sequence().rest().map(parsePolicy);
  const distinct = new Set(policies.map(({ policy }) => policy));
  if (policies.length === 0 || distinct.size !== policies.length) throw malformed(node);
  return policies;
}

function parsePolicy(node: DerNode): PolicyInformation {
  const fields = node.sequence();
  const policy = oidValue(fields.next());
  const qualifiers = fields.optional(derTag.sequence)?.reader().rest().map(parseQualifier) ?? [];
  if (!fields.atEnd) throw malformed(node);
  return { policy, qualifiers };
}

function parseQualifier(node: DerNode): PolicyQualifier {
  const fields = node.sequence();
  const oid = oidValue(fields.next());
  const value = fields.next();
  fields.finish();
  if (oid === oids.cpsQualifier) return { kind: 'cps', uri: stringValue(value.expect(derTag.ia5String)) };
  if (oid === oids.userNoticeQualifier) return parseUserNotice(value);
  return { kind: 'unknown', oid, value };
}

function parseUserNotice(node: DerNode): PolicyQualifier {
  const fields = node.sequence();
  const reference = fields.optional(derTag.sequence);
  const text = fields.atEnd ? undefined : displayText(fields.next());
  fields.finish();
  return {
    kind: 'user-notice',
    explicitText: text,
    noticeRef: reference === undefined ? undefined : parseNoticeReference(reference),
  };
}

function parseNoticeReference(node: DerNode): { readonly organization: string; readonly numbers: readonly bigint[] } {
  const fields = node.sequence();
  const organization = displayText(fields.next());
  const numbers = fields
    .sequence()
    .rest()
    .map((number) => integerValue(number));
  fields.finish();
  return { organization, numbers };
}

/** DisplayText: IA5String, VisibleString, BMPString or UTF8String. */
function displayText(node: DerNode): string {
  switch (stringTypeOf(node)) {
    case 'IA5String':
    case 'VisibleString':
    case 'BMPString':
    case 'UTF8String':
      return stringValue(node);
    default:
      throw malformed(node);
  }
}

function malformed(node: DerNode): CodedError {
  return new CodedError('ERR_X509_MALFORMED', { field: 'certificatePolicies', offset: node.offset });
}
