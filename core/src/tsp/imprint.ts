import { type DerNode, nullValue, octetStringValue } from '../asn1/index.ts';
import { type DigestAlgorithm, digestLengths, digestOfOid, parseAlgorithmIdentifier } from '../crypto/index.ts';
import { CodedError } from '../errors/index.ts';

/** What is stamped: a digest and how it was computed. */
export interface MessageImprint {
  /** undefined: one that we do not do. */
  readonly digestAlgorithm: DigestAlgorithm | undefined;
  /** Dotted OID. */
  readonly oid: string;
  readonly digest: Uint8Array;
}

/**
 * MessageImprint of RFC 3161 §2.4.1. A digest that is not as long as its algorithm makes it is malformed.
 *
 * @throws {CodedError} ERR_TIMESTAMP_MALFORMED { field, offset }, ERR_DER_…
 */
export function parseImprint(node: DerNode): MessageImprint {
  const fields = node.sequence();
  const { oid, parameters } = parseAlgorithmIdentifier(fields.next());
  if (parameters !== undefined) nullValue(parameters);
  const digest = octetStringValue(fields.next());
  fields.finish();
  const digestAlgorithm = digestOfOid(oid);
  if (digestAlgorithm !== undefined && digest.length !== digestLengths[digestAlgorithm])
    throw new CodedError('ERR_TIMESTAMP_MALFORMED', { field: 'messageImprint', offset: node.offset });
  return { digestAlgorithm, oid, digest };
}
