/**
 * DER to r ‖ s, as strict as `decodeEcdsaSignature` and without its objects: exactly one encoding, both numbers positive and of
 * at most 32 bytes. Whether they are below n is the engine's question. Undefined when it is no signature.
 */
export function rawSm2Signature(der: Uint8Array): Uint8Array | undefined {
  if (der.length > 72 || der[0] !== 0x30 || der[1] !== der.length - 2) return undefined;
  const raw = new Uint8Array(64);
  const second = putInteger(der, 2, raw, 32);
  return second !== 0 && putInteger(der, second, raw, 64) === der.length ? raw : undefined;
}

/** Writes the INTEGER at `at` so that it ends at `end`; gives the offset behind it, 0 when it is not well made. */
function putInteger(der: Uint8Array, at: number, raw: Uint8Array, end: number): number {
  const length = der[at + 1] ?? 0;
  const first = der[at + 2] ?? 0;
  if (der[at] !== 2 || length === 0 || length > 33 || at + 2 + length > der.length || first > 0x7f) return 0;
  const padding = first === 0 && length > 1 ? 1 : 0;
  if (padding === 1 && (der[at + 3] ?? 0) < 0x80) return 0;
  if (length - padding > 32) return 0;
  const behind = at + 2 + length;
  // Bytes one by one: views of so few cost more than they save.
  for (let from = behind - 1, to = end - 1; from >= at + 2 + padding; from--, to--) raw[to] = der[from] ?? 0;
  return behind;
}

/** r ‖ s, both in [1, n − 1] as the engine gives them, to DER: {@link rawSm2Signature} back. */
export function derSm2Signature(raw: Uint8Array): Uint8Array {
  const [r, s] = [firstOctet(raw, 0), firstOctet(raw, 32)];
  const [rLength, sLength] = [32 - r + pad(raw[r]), 64 - s + pad(raw[s])];
  const der = new Uint8Array(6 + rLength + sLength);
  der[0] = 0x30;
  der[1] = 4 + rLength + sLength;
  der[2] = 2;
  der[3] = rLength;
  const second = 4 + rLength;
  for (let from = 31, to = second - 1; from >= r; from--, to--) der[to] = raw[from] ?? 0;
  der[second] = 2;
  der[second + 1] = sLength;
  for (let from = 63, to = der.length - 1; from >= s; from--, to--) der[to] = raw[from] ?? 0;
  return der;
}

/** Where the number that begins at `at` has its first octet; the last one at the latest. */
function firstOctet(raw: Uint8Array, at: number): number {
  let first = at;
  while (first < at + 31 && raw[first] === 0) first++;
  return first;
}

/** A number whose top bit is set has a zero in front, lest it be negative. */
const pad = (octet: number | undefined): 0 | 1 => ((octet ?? 0) > 0x7f ? 1 : 0);
