import { createCipheriv, createDecipheriv, createHash, createHmac, randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { fromHex, toHex, utf8Encode } from '@onelock/core/bytes';
import { expect, it } from 'vitest';
import { publishedVector } from '../../../tools/src/test-setup/real-parts.ts';
import { requireReal } from '../../../tools/src/test-setup/require-real.ts';
import { hmacSm3 } from '../../src/crypto/gm/hmac-sm3.ts';
import { createSm4Ops } from '../../src/crypto/gm/sm4-aead.ts';
import { engineSource } from '../../src/crypto/gm/sm4-blocks.ts';
import { forEachEngine } from './each-engine.ts';

const published = publishedVector('wycheproof/sm4_ccm_test.json');

interface CcmFile {
  readonly testGroups: readonly {
    readonly tagSize: number;
    readonly tests: readonly Readonly<Record<'key' | 'iv' | 'aad' | 'msg' | 'ct' | 'tag' | 'result', string>>[];
  }[];
}

/** Pieces of odd sizes, as a network gives them. */
function* pieces(data: Uint8Array, sizes: readonly number[]): Generator<Uint8Array> {
  let at = 0;
  for (let index = 0; at < data.length; index++) {
    const size = sizes[index % sizes.length] ?? 1;
    yield data.subarray(at, at + size);
    at += size;
  }
}

const sizes = [1, 15, 16, 17, 63, 100, 1023, 70_001];
const join = (parts: readonly Uint8Array[]): string => Buffer.concat(parts).toString('hex');

forEachEngine('SM3 and SM4', (engine) => {
  const sm4 = createSm4Ops(engineSource(engine));

  it('digests every length as OpenSSL does, whole and in pieces', () => {
    const data = randomBytes(200_000);
    for (const length of [...Array.from({ length: 200 }, (_, index) => index), 4095, 65_537, 200_000]) {
      const part = data.subarray(0, length);
      const expected = createHash('sm3').update(part).digest('hex');
      expect(toHex(engine.digest(part))).toBe(expected);
      const running = engine.createDigest();
      for (const piece of pieces(part, sizes)) running.update(piece);
      expect(toHex(running.digest())).toBe(expected);
    }
  });

  it('authenticates and derives as published and as OpenSSL does', () => {
    const text = utf8Encode('The quick brown fox jumps over the lazy dog');
    expect(toHex(hmacSm3(engine, utf8Encode('key'), text))).toBe(
      'bd4a34077888162b210645b8ebf74b9af357303789357a27c7fc457244ebd398',
    );
    for (const length of [0, 1, 63, 64, 65, 200]) {
      const key = randomBytes(length);
      expect(toHex(hmacSm3(engine, key, text))).toBe(createHmac('sm3', key).update(text).digest('hex'));
    }
    const z = randomBytes(64);
    const blocks = Array.from({ length: 2100 }, (_, index) => {
      const counter = Buffer.alloc(4);
      counter.writeUInt32BE(index + 1);
      return createHash('sm3').update(z).update(counter).digest();
    });
    for (const length of [0, 1, 31, 32, 33, 1000, 67_001])
      expect(toHex(engine.deriveKey(z, length))).toBe(join(blocks).slice(0, 2 * length));
  });

  it('enciphers a million times as GB/T 32907 annex A.2 says', () => {
    const cipher = engine.createCipher(fromHex('0123456789abcdeffedcba9876543210'));
    let block = fromHex('0123456789abcdeffedcba9876543210');
    // A million rounds by 16 blocks at once would prove nothing; CBC of zeros chains one block to the next.
    const iv = block.slice();
    for (let left = 1_000_000; left > 0; ) {
      const count = Math.min(left, 4000);
      block = cipher.cbc('encrypt', iv, new Uint8Array(16 * count)).slice(-16);
      left -= count;
    }
    expect(toHex(block)).toBe('595298c7c6fd271f0402f804c33d3f66');
  });

  it.each(['cbc', 'ctr'] as const)('does SM4-%s in pieces as OpenSSL does, both ways', (mode) => {
    for (const length of [0, 1, 15, 16, 17, 31, 32, 1000, 1024, 100_003]) {
      const [key, iv, data] = [randomBytes(16), randomBytes(16), randomBytes(length)];
      iv.fill(0xff, 12); // the counter overflows soon
      const theirs = createCipheriv(`sm4-${mode}`, key, iv);
      const expected = join([theirs.update(data), theirs.final()]);
      const encrypt = sm4.createCipher({ mode, direction: 'encrypt', key, iv });
      const encrypted = [...[...pieces(data, sizes)].map((piece) => encrypt.update(piece)), encrypt.finish()];
      expect(join(encrypted)).toBe(expected);
      const decrypt = sm4.createCipher({ mode, direction: 'decrypt', key, iv });
      const back = [...pieces(Buffer.concat(encrypted), sizes)].map((piece) => decrypt.update(piece));
      expect(join([...back, decrypt.finish()])).toBe(data.toString('hex'));
    }
  });

  it('does CBC without padding, and refuses what has none', () => {
    const [key, iv, data] = [randomBytes(16), randomBytes(16), randomBytes(64)];
    const options = { mode: 'cbc', key, iv, padding: 'none' } as const;
    const encrypt = sm4.createCipher({ ...options, direction: 'encrypt' });
    const encrypted = encrypt.update(data);
    const theirs = createDecipheriv('sm4-cbc', key, iv).setAutoPadding(false);
    expect(join([theirs.update(encrypted), theirs.final()])).toBe(data.toString('hex'));
    encrypt.update(data.subarray(0, 5));
    expect(() => encrypt.finish()).toFailWith('ERR_CRYPTO_CIPHERTEXT_INVALID');
    const padded = sm4.createCipher({ mode: 'cbc', direction: 'decrypt', key, iv });
    padded.update(encrypted.subarray(0, 40));
    expect(() => padded.finish()).toFailWith('ERR_CRYPTO_CIPHERTEXT_INVALID');
    const wrongPadding = sm4.createCipher({ mode: 'cbc', direction: 'decrypt', key, iv });
    const zeros = sm4.createCipher({ ...options, direction: 'encrypt' }).update(new Uint8Array(32));
    wrongPadding.update(zeros);
    expect(() => wrongPadding.finish()).toFailWith('ERR_CRYPTO_CIPHERTEXT_INVALID');
  });

  it('takes nothing after the end, when the key is overwritten', () => {
    const [key, iv] = [randomBytes(16), randomBytes(16)];
    const message = Uint8Array.of(1, 2, 3);
    const digest = engine.createDigest();
    digest.digest();
    expect(() => digest.update(message)).toFailWith('ERR_CRYPTO_PARAMETER_INVALID');
    expect(() => digest.digest()).toFailWith('ERR_CRYPTO_PARAMETER_INVALID');
    for (const mode of ['cbc', 'ctr'] as const) {
      const cipher = sm4.createCipher({ mode, direction: 'encrypt', key, iv });
      cipher.finish();
      expect(() => cipher.update(message)).toFailWith('ERR_CRYPTO_PARAMETER_INVALID');
      expect(() => cipher.finish()).toFailWith('ERR_CRYPTO_PARAMETER_INVALID');
    }
    for (const mode of ['gcm', 'ccm'] as const) {
      const nonce = iv.subarray(0, 12);
      const stream = sm4.createAead({ mode, direction: 'encrypt', key, nonce, messageLength: 0 });
      const tag = stream.tag();
      expect(() => stream.update(message)).toFailWith('ERR_CRYPTO_PARAMETER_INVALID');
      expect(() => stream.tag()).toFailWith('ERR_CRYPTO_PARAMETER_INVALID');
      expect(() => stream.verify(tag)).toFailWith('ERR_CRYPTO_PARAMETER_INVALID');
    }
  });

  it('does GCM as its definition over BigInt, with every length of nonce and text, and in pieces', () => {
    for (const [nonceLength, length, dataLength] of [
      [12, 0, 0],
      [12, 1, 20],
      [12, 16, 16],
      [8, 33, 1],
      [16, 100, 0],
      [60, 1000, 40],
    ] as const) {
      const [key, nonce, text, data] = [16, nonceLength, length, dataLength].map((size) => randomBytes(size));
      if (!key || !nonce || !text || !data) continue;
      const options = { mode: 'gcm', key, nonce, additionalData: data } as const;
      const sealed = sm4.seal(options, text);
      expect(toHex(sealed)).toBe(gcmByDefinition(key, nonce, data, text));
      expect(Buffer.from(sm4.open(options, sealed)).equals(text)).toBe(true);
      const stream = sm4.createAead({ ...options, direction: 'encrypt' });
      const parts = [...pieces(text, [1, 15, 17, 40])].map((piece) => stream.update(piece));
      expect(join([...parts, stream.tag()])).toBe(toHex(sealed));
    }
  });

  it.each(['gcm', 'ccm'] as const)('SM4-%s refuses whatever was changed', (mode) => {
    const options = { mode, key: randomBytes(16), nonce: randomBytes(12), additionalData: randomBytes(9) } as const;
    const sealed = sm4.seal(options, randomBytes(30));
    for (let at = 0; at < sealed.length; at++) {
      const changed = sealed.slice();
      changed[at] = (changed[at] ?? 0) ^ 1;
      expect(() => sm4.open(options, changed)).toFailWith('ERR_CRYPTO_CIPHERTEXT_INVALID');
    }
    const others = [{ key: randomBytes(16) }, { nonce: randomBytes(12) }, { additionalData: randomBytes(9) }];
    for (const other of others)
      expect(() => sm4.open({ ...options, ...other }, sealed)).toFailWith('ERR_CRYPTO_CIPHERTEXT_INVALID');
    expect(() => sm4.open(options, sealed.subarray(0, 15))).toFailWith('ERR_CRYPTO_CIPHERTEXT_INVALID');
    expect(() => sm4.open({ ...options, tagLength: 12 }, sealed)).toFailWith('ERR_CRYPTO_CIPHERTEXT_INVALID');
    for (const wrong of [{ key: randomBytes(15) }, { nonce: new Uint8Array(0) }, { tagLength: 5 }])
      expect(() => sm4.seal({ ...options, ...wrong }, sealed)).toFailWith('ERR_CRYPTO_PARAMETER_INVALID');
  });

  requireReal('the published vectors', published)('wycheproof', (file) => {
    const { testGroups } = JSON.parse(readFileSync(file, 'utf8')) as CcmFile;
    const cases = testGroups.flatMap(({ tagSize, tests }) => tests.map((test) => ({ ...test, tagSize })));

    it('SM4-CCM: every case comes out as published', () => {
      const results = cases.map(({ key, iv, aad, msg, ct, tag, result, tagSize }) => {
        const options = {
          mode: 'ccm',
          key: fromHex(key),
          nonce: fromHex(iv),
          additionalData: fromHex(aad),
          tagLength: tagSize / 8,
        } as const;
        try {
          const opened = toHex(sm4.open(options, fromHex(ct + tag)));
          const sealed = toHex(sm4.seal(options, fromHex(msg)));
          return (opened === msg && sealed === ct + tag ? 'valid' : 'different') === result;
        } catch {
          return result === 'invalid';
        }
      });
      expect(results.length).toBe(184);
      expect(results.filter((right) => !right)).toEqual([]);
    });
  });
});

/** NIST SP 800-38D over BigInt and OpenSSL's block cipher. */
function gcmByDefinition(key: Buffer, nonce: Buffer, data: Buffer, text: Buffer): string {
  const block = (input: Buffer): Buffer => createCipheriv('sm4-ecb', key, null).setAutoPadding(false).update(input);
  const h = BigInt(`0x${block(Buffer.alloc(16)).toString('hex')}`);
  const product = (x: bigint): bigint => {
    let [z, v] = [0n, h];
    for (let bit = 127n; bit >= 0n; bit--) {
      if ((x >> bit) & 1n) z ^= v;
      v = v & 1n ? (v >> 1n) ^ (0xe1n << 120n) : v >> 1n;
    }
    return z;
  };
  const padded = (bytes: Buffer): Buffer => Buffer.concat([bytes, Buffer.alloc((16 - (bytes.length % 16)) % 16)]);
  const lengths = (first: number, second: number): Buffer => {
    const out = Buffer.alloc(16);
    out.writeBigUInt64BE(BigInt(first * 8));
    out.writeBigUInt64BE(BigInt(second * 8), 8);
    return out;
  };
  const ghash = (bytes: Buffer): Buffer => {
    let y = 0n;
    for (let at = 0; at < bytes.length; at += 16)
      y = product(y ^ BigInt(`0x${bytes.subarray(at, at + 16).toString('hex')}`));
    return Buffer.from(y.toString(16).padStart(32, '0'), 'hex');
  };
  const first =
    nonce.length === 12
      ? Buffer.concat([nonce, Buffer.from([0, 0, 0, 1])])
      : ghash(Buffer.concat([padded(nonce), lengths(0, nonce.length)]));
  const counter = Buffer.from(first);
  const out = Buffer.alloc(text.length);
  for (let at = 0; at < text.length; at += 16) {
    counter.writeUInt32BE((counter.readUInt32BE(12) + 1) >>> 0, 12);
    const stream = block(counter);
    for (let index = at; index < Math.min(at + 16, text.length); index++)
      out[index] = (text[index] ?? 0) ^ (stream[index - at] ?? 0);
  }
  const hashed = ghash(Buffer.concat([padded(data), padded(out), lengths(data.length, text.length)]));
  const tag = block(first).map((octet, index) => octet ^ (hashed[index] ?? 0));
  return Buffer.concat([out, tag]).toString('hex');
}
