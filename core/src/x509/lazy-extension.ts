import type { DerNode } from '../asn1/reader.ts';
import type { ParsedExtension } from './lazy-certificate.ts';

/** An extension whose contents are cut out of the certificate when asked for. */
export class LazyExtension implements ParsedExtension {
  readonly oid: string;
  readonly critical: boolean;
  readonly octets: DerNode;

  constructor(oid: string, critical: boolean, octets: DerNode) {
    this.oid = oid;
    this.critical = critical;
    this.octets = octets;
  }

  get value(): Uint8Array {
    return this.octets.content;
  }
}
