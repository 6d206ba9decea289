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
  return new ParsedAlgorithmIdentifier(oid, parameters, node);
}

/** The bytes are cut out when asked for. */
class ParsedAlgorithmIdentifier implements AlgorithmIdentifier {
  readonly oid: string;
  readonly parameters: DerNode | undefined;
  private readonly node: DerNode;

  constructor(oid: string, parameters: DerNode | undefined, node: DerNode) {
    this.oid = oid;
    this.parameters = parameters;
    this.node = node;
  }

  get der(): Uint8Array {
    return this.node.der;
  }
}
