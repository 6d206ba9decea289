import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { encodePem, equalBytes, fromHex, toHex, utf8Encode } from '@onelock/core/bytes';
import {
  type CryptoOps,
  computeZa,
  decodeEcdsaSignature,
  encodeEcdsaSignature,
  type PrivateKey,
  parsePrivateKey,
  parsePublicKey,
  sm2DefaultUserId,
} from '@onelock/core/crypto';
import { createNodeCrypto } from '@onelock/core/crypto/node';
import { afterAll, describe, expect, it } from 'vitest';
import { opensslCommand, publishedVector } from '../../../tools/src/test-setup/real-parts.ts';
import { requireReal } from '../../../tools/src/test-setup/require-real.ts';
import { encodeCiphertext, readings } from '../../src/crypto/gm/sm2-ciphertext.ts';
import { encryptWith } from '../../src/crypto/gm/sm2-encryption.ts';
import { buildSm2PrivateKey } from '../../src/crypto/gm/sm2-private-key.ts';
import { buildSm2PublicKey } from '../../src/crypto/gm/sm2-public-key.ts';
import { derSm2Signature, rawSm2Signature } from '../../src/crypto/gm/sm2-signature-form.ts';
import { addonFile, createWasmEngine } from './engines.ts';

const withAddon = addonFile === undefined ? [] : [createNodeCrypto({ engine: 'addon' })];
const engines: readonly (readonly [string, CryptoOps])[] = [...withAddon, createNodeCrypto({ engine: 'wasm' })].map(
  (ops) => [ops.engine.replace(/\+.*/, ''), ops],
);
const wasm = createWasmEngine();

/** GB/T 32918.5-2017 annex A and C: one key, one nonce. */
const example = {
  d: '3945208f7b2144b13f36e38ac6d39f95889393692860b51a42fb81ef4df7c5b8',
  k: '59276e27d506861a16680f3ad9c02dccef3cc1fa3cdbe4ce6d54b80deac1bc21',
  message: utf8Encode('encryption standard'),
  /** This x begins with 04 by chance: the mark of an uncompressed point must not be taken from it. */
  c1: '04ebfc718e8d1798620432268e77feb6415e2ede0e073c0f4f640ecd2e149a73e858f9d81e5430a57b36daab8f950a3c64e6ee6a63094d99283aff767e124df0',
  c3: '59983c18f809e262923c53aec295d30383b54e39d609d160afcb1908d0bd8766',
  c2: '21886ca989ca9c7d58087307ca93092d651efa',
};

function keyOf(d: string): { privateKey: PrivateKey; publicKey: ReturnType<typeof buildSm2PublicKey> } {
  const point = wasm.derivePublicKey(fromHex(d)) ?? new Uint8Array(64);
  return { privateKey: buildSm2PrivateKey(fromHex(d), point), publicKey: buildSm2PublicKey(point) };
}

describe('the DER of a signature', () => {
  it('is what the general encoder writes, and is read back, for every number of leading zeros', () => {
    for (let zeros = 0; zeros < 32; zeros++)
      for (const first of [1, 0x7f, 0x80, 0xff])
        for (const [at, other] of [
          [0, 32],
          [32, 0],
        ] as const) {
          const raw = new Uint8Array(64).fill(0x21);
          raw.fill(0, at, at + zeros);
          raw[at + zeros] = first === 0xff && zeros === 0 ? 0xfe : first;
          raw[other] = 0x90;
          const der = derSm2Signature(raw);
          expect(toHex(der)).toBe(toHex(encodeEcdsaSignature(raw)));
          expect(rawSm2Signature(der)).toEqual(raw);
          expect(rawSm2Signature(der)).toEqual(decodeEcdsaSignature(der));
        }
  });

  it('has one form: whatever the general decoder refuses is refused', () => {
    const der = derSm2Signature(new Uint8Array(64).fill(0x91));
    let refused = 0;
    for (let at = 0; at < der.length; at++)
      for (const change of [1, 0x80, 0xff, der.length]) {
        const changed = der.slice();
        changed[at] = (changed[at] ?? 0) ^ change;
        let general: Uint8Array | undefined;
        try {
          general = decodeEcdsaSignature(changed);
        } catch {
          refused++;
          if (rawSm2Signature(changed) !== undefined) expect([at, change, toHex(changed)]).toEqual(outOfRange(changed));
          continue;
        }
        expect(rawSm2Signature(changed)).toEqual(general);
      }
    expect(refused).toBeGreaterThan(20);
    for (const wrong of ['', '30', '3006020100020100ff', '30070201000202', '300702020001020101', '3081060201010201 01'])
      expect(rawSm2Signature(Buffer.from(wrong.replace(' ', ''), 'hex'))).toBeUndefined();
    // Range is the engine's question; here only form counts.
    expect(rawSm2Signature(fromHex('3006020100020101'))).toEqual(new Uint8Array(64).fill(1, 63));
  });
});

/** The general decoder also looks at the range, which here is left to the engine. */
function outOfRange(der: Uint8Array): unknown[] {
  const raw = rawSm2Signature(der) ?? new Uint8Array(64);
  const n = 0xfffffffeffffffffffffffffffffffff7203df6b21c6052b53bbf40939d54123n;
  const [r, s] = [raw.subarray(0, 32), raw.subarray(32)].map((part) => BigInt(`0x${toHex(part)}`));
  const isOut = (value = 0n): boolean => value === 0n || value >= n;
  return isOut(r) || isOut(s) ? [expect.anything(), expect.anything(), toHex(der)] : ['a range that is right'];
}

describe.each(engines)('SM2 by %s', (_, ops) => {
  const { privateKey, publicKey } = keyOf(example.d);
  const { c1, c3, c2 } = example;

  it('reads the ciphertext of GB/T 32918.5 annex C in every form, told and found', () => {
    const asn1 = `307c022004ebfc718e8d1798620432268e77feb6415e2ede0e073c0f4f640ecd2e149a73022100e858f9d81e5430a57b36daab8f950a3c64e6ee6a63094d99283aff767e124df00420${c3}0413${c2}`;
    const compressed = `02${c1.slice(0, 64)}`;
    const forms: readonly (readonly [string, 'c1c3c2' | 'c1c2c3' | 'asn1'])[] = [
      [`04${c1}${c3}${c2}`, 'c1c3c2'],
      [`04${c1}${c2}${c3}`, 'c1c2c3'],
      [c1 + c3 + c2, 'c1c3c2'],
      [c1 + c2 + c3, 'c1c2c3'],
      [compressed + c3 + c2, 'c1c3c2'],
      [asn1, 'asn1'],
    ];
    for (const [ciphertext, form] of forms) {
      expect(ops.sm2.decrypt(privateKey, fromHex(ciphertext), form)).toEqual(example.message);
      expect(ops.sm2.decrypt(privateKey, fromHex(ciphertext))).toEqual(example.message);
    }
    const made = encryptWith(wasm, publicKey.point.subarray(1), example.message, fromHex(example.k));
    expect(made && toHex(encodeCiphertext(made, 'asn1'))).toBe(asn1);
    expect(made && toHex(encodeCiphertext(made, 'c1c3c2'))).toBe(`04${c1}${c3}${c2}`);
  });

  it('reads what it encrypts, of every length and form, and nothing that was changed', () => {
    for (const length of [1, 31, 32, 33, 5000, 70_000])
      for (const form of ['c1c3c2', 'c1c2c3', 'asn1'] as const) {
        const plaintext = ops.random(length);
        const ciphertext = ops.sm2.encrypt(publicKey, plaintext, form);
        expect(equalBytes(ops.sm2.decrypt(privateKey, ciphertext), plaintext)).toBe(true);
      }
    const ciphertext = ops.sm2.encrypt(publicKey, utf8Encode('投标文件'));
    for (let at = 0; at < ciphertext.length; at++) {
      const changed = ciphertext.slice();
      changed[at] = (changed[at] ?? 0) ^ 1;
      expect(() => ops.sm2.decrypt(privateKey, changed)).toFailWith('ERR_CRYPTO_CIPHERTEXT_INVALID');
      expect(() => ops.sm2.decrypt(privateKey, ciphertext.subarray(0, at))).toFailWith('ERR_CRYPTO_CIPHERTEXT_INVALID');
    }
    const other = ops.generateKeyPair({ kind: 'sm2' });
    expect(() => ops.sm2.decrypt(other.privateKey, ciphertext)).toFailWith('ERR_CRYPTO_CIPHERTEXT_INVALID');
    expect(() => ops.sm2.encrypt(publicKey, new Uint8Array(0))).toFailWith('ERR_CRYPTO_PLAINTEXT_EMPTY');
  });

  it('agrees on the key of GB/T 32918.5 annex B, from both sides', () => {
    const a = keyOf('81eb26e941bb5af16df116495f90695272ae2cd63d6c4ae1678418be48230029');
    const ra = keyOf('d4de15474db74d06491c440d305e012400990f3e390c7e87153c12db2ea60bb3');
    const b = keyOf('785129917d45a9ea5437a59356b82338eaadda6ceb199088f14ae10defa229b5');
    const rb = keyOf('7e07124814b309489125eaed101113164ebf0f3458c5bd88335c1f9d596243d6');
    const common = { userId: sm2DefaultUserId, peerUserId: sm2DefaultUserId, length: 16 };
    const initiator = ops.sm2.agree({
      ...common,
      role: 'initiator',
      privateKey: a.privateKey,
      ephemeral: ra.privateKey,
      peerKey: b.publicKey,
      peerEphemeral: rb.publicKey,
    });
    const responder = ops.sm2.agree({
      ...common,
      role: 'responder',
      privateKey: b.privateKey,
      ephemeral: rb.privateKey,
      peerKey: a.publicKey,
      peerEphemeral: ra.publicKey,
    });
    expect(toHex(initiator.key)).toBe('6c89347354de2484c60b4ab1fde4c6e5');
    expect(responder.key).toEqual(initiator.key);
    expect(toHex(responder.send)).toBe('d3a0fe15dee185ceae907a6b595cc32a266ed7b3367e9983a896dc32fa20f8eb');
    expect(toHex(initiator.send)).toBe('18c7894b3816df16cf07b05c5ec0bef5d655d58f779cc1b400a4f3884644db88');
    expect(initiator.expect).toEqual(responder.send);
    expect(responder.expect).toEqual(initiator.send);
    const offCurve = {
      ...rb.publicKey,
      point: rb.publicKey.point.map((octet, index) => (index === 64 ? octet ^ 1 : octet)),
    };
    const input = { ...common, role: 'initiator', privateKey: a.privateKey, ephemeral: ra.privateKey } as const;
    expect(() => ops.sm2.agree({ ...input, peerKey: b.publicKey, peerEphemeral: offCurve })).toFailWith(
      'ERR_CRYPTO_KEY_INVALID',
    );
    expect(() => ops.sm2.agree({ ...input, peerKey: offCurve, peerEphemeral: rb.publicKey })).toFailWith(
      'ERR_CRYPTO_KEY_INVALID',
    );
  });

  it('signs a digest as a token does, DER and raw, never twice alike', () => {
    const message = utf8Encode('message digest');
    const e = ops.digest('sm3', computeZa(ops, publicKey.point, sm2DefaultUserId), message);
    const der = ops.sm2.signDigest(privateKey, e);
    const raw = ops.sm2.signDigest(privateKey, e, 'raw');
    expect(raw.length).toBe(64);
    expect(ops.verify(publicKey, { kind: 'sm2-sm3', userId: sm2DefaultUserId }, message, der)).toBe(true);
    expect(ops.sm2.verifyDigest(publicKey, e, der)).toBe(true);
    expect(ops.sm2.verifyDigest(publicKey, e, raw, 'raw')).toBe(true);
    expect(ops.sm2.verifyDigest(publicKey, e, raw)).toBe(false);
    expect(ops.sm2.verifyDigest(publicKey, e, der, 'raw')).toBe(false);
    const many = Array.from({ length: 200 }, () => toHex(ops.sm2.signDigest(privateKey, e, 'raw').subarray(0, 32)));
    expect(new Set(many).size).toBe(200);
    for (const length of [0, 31, 33])
      expect(() => ops.sm2.signDigest(privateKey, new Uint8Array(length))).toFailWith('ERR_CRYPTO_DIGEST_LENGTH');
  });

  it('keeps a key ready, and forgets it', () => {
    const opened = ops.sm2.openSigningKey(privateKey);
    expect(opened.publicKey).toEqual(publicKey);
    const message = utf8Encode('投标文件');
    for (const userId of [sm2DefaultUserId, new Uint8Array(0), sm2DefaultUserId])
      expect(ops.verify(publicKey, { kind: 'sm2-sm3', userId }, message, opened.sign(message, userId))).toBe(true);
    opened.wipe();
    expect(() => opened.sign(message, sm2DefaultUserId)).toFailWith('ERR_CRYPTO_KEY_INVALID');
  });

  it('proves an imported key', () => {
    expect(ops.sm2.checkPrivateKey(privateKey)).toEqual(publicKey);
    const strange = buildSm2PrivateKey(fromHex(example.d), keyOf('05'.repeat(32)).publicKey.point.subarray(1));
    expect(() => ops.sm2.checkPrivateKey(strange)).toFailWith('ERR_CRYPTO_KEY_INVALID');
    const zero = {
      kind: 'sm2',
      pkcs8: privateKey.pkcs8.map((octet, index) => (index >= 36 && index < 68 ? 0 : octet)),
    } as const;
    expect(() => ops.sm2.checkPrivateKey(zero)).toFailWith('ERR_CRYPTO_KEY_INVALID');
    expect(() => ops.sm2.openSigningKey({ kind: 'rsa', pkcs8: privateKey.pkcs8 })).toFailWith(
      'ERR_SIGNATURE_ALGORITHM_MISMATCH',
    );
    const made = ops.generateKeyPair({ kind: 'sm2' });
    expect(parsePublicKey(made.publicKey.spki)).toEqual(made.publicKey);
    expect(parsePrivateKey(made.privateKey.pkcs8)).toEqual(made.privateKey);
    expect(ops.sm2.checkPrivateKey(made.privateKey)).toEqual(made.publicKey);
  });

  it('verifies by a table after some uses just as before, for more keys than it keeps', () => {
    const few = createNodeCrypto({
      engine: ops.engine.includes('wasm') ? 'wasm' : 'addon',
      precomputedKeys: 2,
      precomputeAfter: 2,
    });
    const algorithm = { kind: 'sm2-sm3', userId: sm2DefaultUserId } as const;
    const message = utf8Encode('x');
    const signers = Array.from({ length: 5 }, () => {
      const pair = few.generateKeyPair({ kind: 'sm2' });
      return { ...pair, signature: few.sign(pair.privateKey, algorithm, message) };
    });
    for (let round = 0; round < 6; round++)
      for (const [index, signer] of signers.entries()) {
        expect(few.verify(signer.publicKey, algorithm, message, signer.signature)).toBe(true);
        const next = signers[(index + 1) % signers.length];
        expect(next && few.verify(signer.publicKey, algorithm, message, next.signature)).toBe(false);
        expect(few.verify(signer.publicKey, algorithm, utf8Encode('y'), signer.signature)).toBe(false);
      }
  });

  it('accepts pieces of a Buffer, and keeps none of them', () => {
    const pool = Buffer.concat([privateKey.pkcs8, publicKey.spki]);
    const key = parsePrivateKey(pool.subarray(0, privateKey.pkcs8.length));
    const opened = ops.sm2.openSigningKey(key);
    const userId = Buffer.from(sm2DefaultUserId);
    opened.sign(userId, userId);
    pool.fill(0);
    userId.fill(0x41);
    const message = Buffer.from('x');
    const signature = opened.sign(message, sm2DefaultUserId);
    expect(ops.verify(publicKey, { kind: 'sm2-sm3', userId: sm2DefaultUserId }, message, signature)).toBe(true);
  });
});

interface EdgeFile {
  readonly tests: readonly Readonly<
    Record<'name' | 'x' | 'y' | 'id_ascii' | 'msg_ascii' | 'r' | 's' | 'expected', string>
  >[];
}

requireReal('the published vectors', publishedVector('sm-primitives'))('published SM2 values', (folder) => {
  const edges = JSON.parse(readFileSync(`${folder}/sm2-verify-edge.json`, 'utf8')) as EdgeFile;
  const ciphertexts = JSON.parse(readFileSync(`${folder}/gmsm-sm2-ciphertexts.json`, 'utf8')) as {
    readonly values: readonly string[];
  };

  it.each(engines)('%s judges the edge cases as stated', (_, ops) => {
    for (const { name, x, y, id_ascii, msg_ascii, r, s, expected } of edges.tests) {
      const key = buildSm2PublicKey(fromHex(`${x.padStart(64, '0')}${y.padStart(64, '0')}`.toLowerCase()));
      const e = ops.digest('sm3', computeZa(ops, key.point, utf8Encode(id_ascii)), utf8Encode(msg_ascii));
      const [first, second] = [r, s].map((number) => number.toLowerCase().padStart(64, '0'));
      const fits = first?.length === 64 && second?.length === 64;
      const valid = fits && ops.sm2.verifyDigest(key, e, fromHex(`${first}${second}`), 'raw');
      expect([name, valid ? 'VALID' : 'INVALID']).toEqual([name, expected]);
    }
    expect(edges.tests.length).toBeGreaterThan(5);
  });

  it('every published ciphertext of another library is read', () => {
    const asn1 = ciphertexts.values.filter((value) => /^3081/.test(value)).map((value) => fromHex(value.toLowerCase()));
    expect(asn1.length).toBeGreaterThanOrEqual(3);
    // One of them has two octets too many: ASN.1 is strict.
    expect(asn1.map((bytes) => readings(bytes, 'asn1').length).toSorted()).toEqual([0, 1, 1]);
  });
});

requireReal('OpenSSL', opensslCommand())("SM2 encryption against OpenSSL's command", (openssl) => {
  const folder = mkdtempSync(path.join(tmpdir(), 'onelock-sm2-'));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));
  const file = (name: string, content: string | Uint8Array): string => {
    const target = path.join(folder, name);
    writeFileSync(target, content);
    return target;
  };
  const run = (args: readonly string[]): Uint8Array => new Uint8Array(execFileSync(openssl, ['pkeyutl', ...args]));

  it.each(engines)('%s reads what it writes, and writes what it reads', (_, ops) => {
    const { privateKey, publicKey } = ops.generateKeyPair({ kind: 'sm2' });
    const keyFile = file('key.pem', encodePem('PRIVATE KEY', privateKey.pkcs8));
    const publicFile = file('public.pem', encodePem('PUBLIC KEY', publicKey.spki));
    for (const length of [1, 16, 32, 100]) {
      const plaintext = ops.random(length);
      const ours = file('ours', ops.sm2.encrypt(publicKey, plaintext, 'asn1'));
      expect(run(['-decrypt', '-inkey', keyFile, '-in', ours])).toEqual(plaintext);
      const theirs = run(['-encrypt', '-pubin', '-inkey', publicFile, '-in', file('plain', plaintext)]);
      expect(ops.sm2.decrypt(privateKey, theirs)).toEqual(plaintext);
    }
  });
});
