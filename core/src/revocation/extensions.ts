import { booleanValue, type DerNode, derTag, oidValue } from '../asn1/index.ts';
import { CodedError } from '../errors/index.ts';
import { type EvidenceSource, malformed } from './malformed.ts';

/** One extension of a list, an entry or a response, undecoded. */
export interface EvidenceExtension {
  readonly oid: string;
  readonly critical: boolean;
  /** The OCTET STRING. */
  readonly octets: DerNode;
}

/**
 * Extensions ::= SEQUENCE SIZE (1..MAX) OF Extension, each at most once.
 *
 * @throws {CodedError} ERR_REVOCATION_MALFORMED, ERR_X509_EXTENSION_DUPLICATE, ERR_DER_…
 */
export function parseExtensions(node: DerNode, source: EvidenceSource): readonly EvidenceExtension[] {
  const extensions = new Map<string, EvidenceExtension>();
  for (const reader = node.sequence(); !reader.atEnd; ) {
    const fields = reader.next().sequence();
    const oid = oidValue(fields.next());
    const critical = fields.optional(derTag.boolean);
    const octets = fields.read(derTag.octetString);
    fields.finish();
    if (extensions.has(oid)) throw new CodedError('ERR_X509_EXTENSION_DUPLICATE', { oid });
    extensions.set(oid, { oid, critical: critical !== undefined && booleanValue(critical), octets });
  }
  if (extensions.size === 0) throw malformed(source, 'extensions', node.offset);
  return [...extensions.values()];
}

/** The first critical extension that is none of these. */
export function unknownCritical(
  extensions: readonly EvidenceExtension[],
  known: ReadonlySet<string>,
): string | undefined {
  return extensions.find(({ oid, critical }) => critical && !known.has(oid))?.oid;
}
