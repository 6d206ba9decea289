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
  raw.set(der.subarray(at + 2 + padding, at + 2 + length), end - (length - padding));
  return at + 2 + length;
}
