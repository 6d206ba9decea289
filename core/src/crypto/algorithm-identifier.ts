import { oidValue } from '../asn1/object-identifier.ts';
import type { DerNode } from '../asn1/reader.ts';

/** AlgorithmIdentifier: an identifier and parameters whose meaning it decides. */
export interface AlgorithmIdentifier {
  readonly oid: string;
  /** Undefined when absent, which is not the same as NULL. */
  readonly parameters: DerNode | undefined;
  readonly der: Uint8Array;
}

/** @throws {CodedError} ERR_DER_TAG_UNEXPECTED, ERR_DER_TRAILING_DATA, ERR_DER_VALUE_INVALID */
export function parseAlgorithmIdentifier(node: DerNode): AlgorithmIdentifier {
  const fields = node.sequence();
  const oid = oidValue(fields.next());
  const parameters = fields.atEnd ? undefined : fields.next();
  fields.finish();
  return { oid, parameters, der: node.der };
}
