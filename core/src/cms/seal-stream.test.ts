import { concatBytes, equalBytes } from '@onelock/core/bytes';
import { describe, expect, it } from 'vitest';
import { ciphers, ops } from '../../test/support/engine.ts';
import { keyUsage, makeCertificate, name } from '../../test/support/test-ca.ts';
import { readEnvelopeFrame } from './envelope-frame.ts';
import { openEnvelope } from './open-envelope.ts';
import { parseEnvelope } from './parse-envelope.ts';
import type { SealingCipher } from './seal-envelope.ts';
import { prepareSealing } from './seal-stream.ts';

const ca = { name: name('CA'), key: ops.generateKeyPair({ kind: 'sm2' }) };
const holder = ops.generateKeyPair({ kind: 'sm2' });
const certificate = makeCertificate(
  { subject: name('Holder'), key: holder, issuer: ca, extensions: [keyUsage(2, 3)] },
  ops,
);
const policy = { at: new Date('2026-11-22T00:00:00Z') };

function seal(content: Uint8Array, cipher: SealingCipher) {
  const sealing = prepareSealing({ recipients: [certificate], cipher, contentLength: content.length }, ops, ciphers);
  const sealed = ciphers.encrypt(cipher, sealing.contentKey, sealing.iv, content);
  const tag = cipher.endsWith('gcm') ? sealed.subarray(sealed.length - 16) : null;
  const ciphertext = tag === null ? sealed : sealed.subarray(0, sealed.length - 16);
  expect(ciphertext.length).toBe(sealing.ciphertextLength);
  return { envelope: concatBytes(sealing.head, ciphertext, sealing.tail(tag)), sealing, ciphertext };
}

describe.each(['sm4-cbc', 'sm4-gcm', 'aes-256-cbc', 'aes-256-gcm'] as const)(
  'an envelope made piece by piece, %s',
  (cipher) => {
    it.each([1, 15, 16, 17, 100, 200, 70_000])('is the envelope that is made at once, for %i bytes', (length) => {
      const content = ops.random(length);
      const { envelope, sealing, ciphertext } = seal(content, cipher);
      const opened = openEnvelope(
        { envelope: parseEnvelope(envelope), certificate, policy },
        (key) => ciphers.decryptKey(holder.privateKey, key.scheme, key.encryptedKey),
        ops,
        ciphers,
      );
      expect(equalBytes(opened.content, content)).toBe(true);
      const frame = readEnvelopeFrame(envelope);
      expect(frame).toMatchObject({
        ciphertextAt: sealing.head.length,
        ciphertextLength: ciphertext.length,
        length: envelope.length,
      });
      const tail = envelope.subarray(sealing.head.length + ciphertext.length);
      const bare = parseEnvelope(frame?.withoutCiphertext(tail) ?? new Uint8Array());
      expect(bare.content.ciphertext).toBeNull();
      expect(bare.recipients).toEqual(parseEnvelope(envelope).recipients);
      expect(bare.authentication).toEqual(parseEnvelope(envelope).authentication);
    });
  },
);

describe('the beginning of a large envelope', () => {
  const { envelope, sealing } = seal(ops.random(1000), 'sm4-gcm');

  it('is asked for until the ciphertext begins', () => {
    for (let length = 0; length < sealing.head.length; length++)
      expect(readEnvelopeFrame(envelope.subarray(0, length)), String(length)).toBeUndefined();
    expect(readEnvelopeFrame(envelope.subarray(0, sealing.head.length))).toBeDefined();
  });

  it('is refused or understood whatever one of its octets becomes, and never followed past its end', () => {
    for (let at = 0; at < sealing.head.length; at++)
      for (const change of [1, 0x80, 0xff]) {
        const damaged = Uint8Array.from(envelope.subarray(0, sealing.head.length));
        damaged[at] = (damaged[at] ?? 0) ^ change;
        try {
          const frame = readEnvelopeFrame(damaged);
          if (frame !== undefined) expect(frame.ciphertextAt).toBeLessThanOrEqual(damaged.length);
        } catch (error) {
          expect((error as { code: string }).code).toMatch(/^ERR_(?:ENVELOPE_MALFORMED|CMS_|DER_)/);
        }
      }
  });

  it('of another kind of message says so', () => {
    expect(() => readEnvelopeFrame(Uint8Array.of(0x30, 0x80, 6, 1))).toFailWith('ERR_ENVELOPE_MALFORMED');
    expect(() => readEnvelopeFrame(Uint8Array.of(4, 2, 0, 0))).toFailWith('ERR_ENVELOPE_MALFORMED');
  });
});
