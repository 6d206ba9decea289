import { createCipheriv, createHash } from 'node:crypto';
import { concatBytes } from '@onelock/core/bytes';

/** How a PIN is proven without being sent: SM4 under a key made of it. */
export interface PinProofStyle {
  readonly pinKey: 'sha1' | 'sm3';
  readonly pinMac: 'sm4-cbc-mac' | 'none';
}

const pinRoom = 16;
export const challengeBytes = 8;

/** The first 16 bytes of the digest of the PIN, padded with zeros to 16. To be wiped by the caller. */
export function pinKey(pin: Uint8Array, digest: PinProofStyle['pinKey']): Uint8Array {
  const padded = new Uint8Array(pinRoom);
  padded.set(pin);
  const whole = createHash(digest).update(padded).digest();
  padded.fill(0);
  return Uint8Array.from(whole.subarray(0, 16));
}

/** The card's challenge, zeros behind, encrypted. */
export function answerTo(challenge: Uint8Array, key: Uint8Array): Uint8Array {
  return sm4(key, challengeBlock(challenge));
}

/** A new PIN on its way to the card: zeros behind, encrypted under the key of the PIN that allows it. */
export function sealedPin(pin: Uint8Array, key: Uint8Array): Uint8Array {
  const padded = new Uint8Array(pinRoom);
  padded.set(pin);
  try {
    return sm4(key, padded);
  } finally {
    padded.fill(0);
  }
}

/**
 * The MAC that secure messaging puts behind data: CBC over header and data, padded with 80 00 …, from the challenge; the first
 * 4 bytes.
 */
export function commandMac(header: Uint8Array, data: Uint8Array, challenge: Uint8Array, key: Uint8Array): Uint8Array {
  const text = concatBytes(header, data, Uint8Array.of(0x80));
  const padded = concatBytes(text, new Uint8Array((16 - (text.length % 16)) % 16));
  const cipher = createCipheriv('sm4-cbc', key, challengeBlock(challenge)).setAutoPadding(false);
  const whole = Buffer.concat([cipher.update(padded), cipher.final()]);
  return Uint8Array.from(whole.subarray(-16, -12));
}

function challengeBlock(challenge: Uint8Array): Uint8Array {
  const block = new Uint8Array(16);
  block.set(challenge.subarray(0, challengeBytes));
  return block;
}

function sm4(key: Uint8Array, block: Uint8Array): Uint8Array {
  const cipher = createCipheriv('sm4-ecb', key, null).setAutoPadding(false);
  return Uint8Array.from(Buffer.concat([cipher.update(block), cipher.final()]));
}
