import { concatBytes, equalBytes } from '@onelock/core/bytes';
import { decodeSm2Cipher } from '@onelock/core/crypto';
import { createNodeCrypto } from '@onelock/core/crypto/node';
import { describe, expect, it } from 'vitest';
import { CaSide } from '../../../drivers/test/ca-side.ts';
import { deliveredPair } from './delivered-pair.ts';

const ops = createNodeCrypto();
const holder = ops.generateKeyPair({ kind: 'sm2' }).publicKey;
const { pair, der } = new CaSide(ops).deliver(holder, 'whole');
const { c1, c2, c3 } = decodeSm2Cipher(pair.encryptedSymmetricKey);

function number(value: number): Uint8Array {
  const bytes = new Uint8Array(4);
  new DataView(bytes.buffer).setUint32(0, value, true);
  return bytes;
}

/** ENVELOPEDKEYBLOB of GM/T 0016, coordinates at the end of their 64 bytes or at their beginning. */
function blob(changes: { cipher?: number; bits?: number; align?: 'right' | 'left' } = {}): Uint8Array {
  const zeros = new Uint8Array(32);
  const wide = (bytes: Uint8Array) => (changes.align === 'left' ? [bytes, zeros] : [zeros, bytes]);
  return concatBytes(
    number(1),
    number(changes.cipher ?? 0x401),
    number(changes.bits ?? 256),
    pair.encryptedScalar,
    number(256),
    ...wide(pair.publicPoint.slice(1, 33)),
    ...wide(pair.publicPoint.slice(33)),
    ...wide(c1.slice(1, 33)),
    ...wide(c1.slice(33)),
    c3,
    number(c2.length),
    c2,
  );
}

describe('a delivered encryption key pair', () => {
  it('is the same from SM2EnvelopedKey and from ENVELOPEDKEYBLOB, either way aligned', () => {
    const fromDer = deliveredPair({ kind: 'sm2-enveloped-key', envelope: der }, null);
    for (const align of ['right', 'left'] as const) {
      const fromBlob = deliveredPair({ kind: 'skf-enveloped-key-blob', blob: blob({ align }) }, null);
      expect(fromBlob).toEqual(pair);
      expect(equalBytes(fromBlob.publicPoint, fromDer.publicPoint)).toBe(true);
      expect(equalBytes(fromBlob.encryptedSymmetricKey, fromDer.encryptedSymmetricKey)).toBe(true);
    }
  });

  it.each([
    [0x101, 'sm1'],
    [0x201, 'ssf33'],
    [0x401, 'sm4'],
  ])('names the cipher %i', (cipher, name) => {
    expect(deliveredPair({ kind: 'skf-enveloped-key-blob', blob: blob({ cipher }) }, null).cipher).toBe(name);
  });

  it('is refused when it is cut short, of another size or of no cipher of the standard', () => {
    const whole = blob();
    for (let length = 0; length < whole.length; length += 7)
      expect(() => deliveredPair({ kind: 'skf-enveloped-key-blob', blob: whole.subarray(0, length) }, null)).toFailWith(
        'ERR_ENVELOPE_MALFORMED',
      );
    expect(() => deliveredPair({ kind: 'skf-enveloped-key-blob', blob: blob({ bits: 512 }) }, null)).toFailWith(
      'ERR_ENVELOPE_MALFORMED',
    );
    expect(() => deliveredPair({ kind: 'skf-enveloped-key-blob', blob: blob({ cipher: 0x402 }) }, null)).toFailWith(
      'ERR_CRYPTO_ALGORITHM_UNSUPPORTED',
    );
    expect(() => deliveredPair({ kind: 'signed-and-enveloped', message: der }, null)).toFailWith(
      'ERR_CALL_PARAMS_INVALID',
    );
  });
});
