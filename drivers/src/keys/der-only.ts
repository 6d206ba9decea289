/**
 * The DER of a SEQUENCE without what a token keeps behind it: libraries are seen to give out a certificate with the rest of the field
 * it lies in. What does not begin with a whole SEQUENCE is given back as it is, for whoever parses it to refuse.
 */
export function derOnly(bytes: Uint8Array): Uint8Array {
  const [tag, first = 0] = bytes;
  if (tag !== 0x30) return bytes;
  const octets = first < 0x80 ? 0 : first - 0x80;
  if (first === 0x80 || octets > 4 || bytes.length < 2 + octets) return bytes;
  const length = octets === 0 ? first : bytes.subarray(2, 2 + octets).reduce((sum, octet) => sum * 256 + octet, 0);
  return bytes.subarray(0, 2 + octets + length);
}
