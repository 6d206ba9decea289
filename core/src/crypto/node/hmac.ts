import { createHmac } from 'node:crypto';
import { bytesOf } from './digest.ts';

/** HMAC-SM3 by OpenSSL. */
export function floorHmacSm3(key: Uint8Array, ...chunks: readonly Uint8Array[]): Uint8Array {
  const running = createHmac('sm3', key);
  for (const chunk of chunks) running.update(chunk);
  return bytesOf(running.digest());
}
