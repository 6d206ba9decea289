import { derBitString, derNull, derOid, derSequence, oids, readDer } from '@onelock/core/asn1';
import { concatBytes, fromHex } from '@onelock/core/bytes';
import { describe, expect, it } from 'vitest';
import { withByteChanged } from '../../test/support/certificates.ts';
import { ciphers, engine, ops } from '../../test/support/engine.ts';
import { sm2PrivateKey } from './bare-private-keys.ts';
import { openEnvelopedKey, parseEnvelopedKey } from './enveloped-key.ts';

const holder = ops.generateKeyPair({ kind: 'sm2' });
const scalar = fromHex('3945208f7b2144b13f36e38ac6d39f95889393692860b51a42fb81ef4df7c5b8');
const sent = ops.sm2.checkPrivateKey(sm2PrivateKey(scalar));

function make(change: { algorithm?: string; point?: Uint8Array; symmetric?: Uint8Array } = {}): Uint8Array {
  const key = change.symmetric ?? ops.random(16);
  const blocks = [scalar.subarray(0, 16), scalar.subarray(16)].map((block) => {
    const options = { mode: 'cbc', direction: 'encrypt', padding: 'none' } as const;
    const running = ops.sm4.createCipher({
      ...options,
      key: Uint8Array.from(key).subarray(0, 16),
      iv: new Uint8Array(16),
    });
    return concatBytes(running.update(block), running.finish());
  });
  return derSequence(
    derSequence(derOid(change.algorithm ?? oids.sm4Ecb), derNull()),
    readDer(ciphers.encryptKey(holder.publicKey, { kind: 'sm2' }, key)).der,
    derBitString(change.point ?? sent.point),
    derBitString(concatBytes(...blocks)),
  );
}

describe('the encryption key that a CA sends', () => {
  it.each([oids.sm4Ecb, oids.sm4])('opens with the signing key: %s', (algorithm) => {
    const key = openEnvelopedKey(parseEnvelopedKey(make({ algorithm })), holder.privateKey, engine);
    expect(ops.sm2.checkPrivateKey(key).point).toEqual(sent.point);
  });

  it('does not open with another key, nor when it is not the key of the public key sent along', () => {
    const other = ops.generateKeyPair({ kind: 'sm2' });
    const open = (der: Uint8Array, key = holder.privateKey): unknown =>
      openEnvelopedKey(parseEnvelopedKey(der), key, engine);
    expect(() => open(make(), other.privateKey)).toFailWith('ERR_ENVELOPE_CONTENT_INVALID');
    const point = other.publicKey.kind === 'sm2' ? other.publicKey.point : new Uint8Array();
    expect(() => open(make({ point }))).toFailWith('ERR_ENVELOPE_CONTENT_INVALID');
    const der = make();
    expect(() => open(withByteChanged(der, der.length - 1))).toFailWith('ERR_ENVELOPE_CONTENT_INVALID');
    expect(() => open(make({ symmetric: ops.random(32) }))).toFailWith('ERR_ENVELOPE_CONTENT_INVALID');
  });

  it('is refused by its code when it is something else', () => {
    expect(() => parseEnvelopedKey(make({ algorithm: oids.sm4Cbc }))).toFailWith('ERR_CRYPTO_ALGORITHM_UNSUPPORTED');
    expect(() => parseEnvelopedKey(make({ point: new Uint8Array(65) }))).toFailWith('ERR_KEY_FILE_MALFORMED');
    const der = make();
    for (let length = 0; length < der.length; length++)
      expect(() => parseEnvelopedKey(der.subarray(0, length))).toFailWith('ERR_DER_TRUNCATED');
  });
});
