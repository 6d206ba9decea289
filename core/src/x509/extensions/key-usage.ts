import type { DerNode } from '../../asn1/reader.ts';
import { bitStringValue } from '../../asn1/values.ts';

/** Bit 0 first, names of RFC 5280 §4.2.1.3. */
const keyUsageNames = [
  'digitalSignature',
  'nonRepudiation',
  'keyEncipherment',
  'dataEncipherment',
  'keyAgreement',
  'keyCertSign',
  'cRLSign',
  'encipherOnly',
  'decipherOnly',
] as const;

export type KeyUsageName = (typeof keyUsageNames)[number];

/**
 * The bits that are set; bits beyond the nine are ignored, as the standard may add some.
 *
 * NOTE: trailing zero bits, which DER drops from a named bit list, are met in use and change nothing.
 */
export function parseKeyUsage(node: DerNode): ReadonlySet<KeyUsageName> {
  const { bytes } = bitStringValue(node);
  return new Set(keyUsageNames.filter((_, bit) => ((bytes[bit >> 3] ?? 0) & (0x80 >> (bit & 7))) !== 0));
}
