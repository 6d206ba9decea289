import type { GmEngine } from './engine.ts';

const blockLength = 64;

/** HMAC with SM3: RFC 2104 over blocks of 64 bytes. */
export function hmacSm3(engine: GmEngine, key: Uint8Array, ...chunks: readonly Uint8Array[]): Uint8Array {
  const block = new Uint8Array(blockLength);
  block.set(key.length > blockLength ? engine.digest(key) : key);
  const [innerPad, outerPad] = [block.map((octet) => octet ^ 0x36), block.map((octet) => octet ^ 0x5c)];
  const inner = engine.createDigest();
  inner.update(innerPad);
  for (const chunk of chunks) inner.update(chunk);
  const outer = engine.createDigest();
  outer.update(outerPad);
  outer.update(inner.digest());
  for (const used of [block, innerPad, outerPad]) used.fill(0);
  return outer.digest();
}
