import { equalBytes } from '../../bytes/compare.ts';
import { fromHex, toHex } from '../../bytes/hex.ts';
import { utf8Encode } from '../../bytes/utf8.ts';
import type { GmEngine } from './engine.ts';
import { encryptWith } from './sm2-encryption.ts';
import { createSm4Ops } from './sm4-aead.ts';
import { engineSource } from './sm4-blocks.ts';

/** GB/T 32918.5-2017 annexes A and C, GB/T 32905-2016 and GB/T 32907-2016 annex A, RFC 8998 appendix A. */
const sm2 = {
  d: '3945208f7b2144b13f36e38ac6d39f95889393692860b51a42fb81ef4df7c5b8',
  point:
    '09f9df311e5421a150dd7d161e4bc5c672179fad1833fc076bb08ff356f35020ccea490ce26775a52dc6ea718cc1aa600aed05fbf35e084a6632f6072da9ad13',
  k: '59276e27d506861a16680f3ad9c02dccef3cc1fa3cdbe4ce6d54b80deac1bc21',
  e: 'f0b43e94ba45accaace692ed534382eb17e6ab5a19ce7b31f4486fdfc0d28640',
  za: 'b2e14c5c79c6df5b85f4fe7ed8db7a262b9da7e07ccb0ea9f4747b8ccda8a4f3',
  signed: 'message digest',
  signature:
    'f5a03b0648d2c4630eeac513e1bb81a15944da3827d5b74143ac7eaceee720b3b1b6aa29df212fd8763182bc0d421ca1bb9038fd1f7f42d4840b69c485bbc1aa',
  message: 'encryption standard',
  c2: '21886ca989ca9c7d58087307ca93092d651efa',
  c3: '59983c18f809e262923c53aec295d30383b54e39d609d160afcb1908d0bd8766',
} as const;
const sm3Digest = '66c7f0f462eeedd9d1f2d46bdc10e4e24167c4875cf2f7a2297da02b8f4ba8e0';
const sm4 = {
  key: '0123456789abcdeffedcba9876543210',
  block: '681edf34d206965e86b3e94f536e4246',
  nonce: '00001234567800000000abcd',
  additionalData: 'feedfacedeadbeeffeedfacedeadbeefabaddad2',
  plaintext:
    'aaaaaaaaaaaaaaaabbbbbbbbbbbbbbbbccccccccccccccccddddddddddddddddeeeeeeeeeeeeeeeeffffffffffffffffeeeeeeeeeeeeeeeeaaaaaaaaaaaaaaaa',
  gcm: '17f399f08c67d5ee19d0dc9969c4bb7d5fd46fd3756489069157b282bb200735d82710ca5c22f0ccfa7cbf93d496ac15a56834cbcf98c397b4024a2691233b8d83de3541e4c2b58177e065a9bf7b62ec',
  ccm: '48af93501fa62adbcd414cce6034d895dda1bf8f132f042098661572e7483094fd12e518ce062c98acee28d95df4416bed31a2f04476c18bb40c84a74b97dc5b16842d4fa186f56ab33256971fa110f4',
} as const;

/**
 * The published examples, computed by an engine. A few milliseconds, most of them the table of a key.
 *
 * @returns what is wrong, or undefined
 */
export function findEngineFault(engine: GmEngine): string | undefined {
  for (const [name, passes] of Object.entries(examples)) {
    try {
      if (!passes(engine)) return name;
    } catch (error) {
      return `${name}: ${String(error)}`;
    }
  }
  return undefined;
}

const is = (value: Uint8Array | undefined, expected: string): boolean =>
  value !== undefined && equalBytes(value, fromHex(expected));

const examples: Readonly<Record<string, (engine: GmEngine) => boolean>> = {
  'SM3 example': (engine) => {
    const running = engine.createDigest();
    running.update(utf8Encode('a'));
    running.update(utf8Encode('bc'));
    return is(engine.digest(utf8Encode('abc')), sm3Digest) && is(running.digest(), sm3Digest);
  },
  'SM2 key example': (engine) => {
    const offCurve = fromHex(sm2.point);
    offCurve[63] = 0;
    return is(engine.derivePublicKey(fromHex(sm2.d)), sm2.point) && !engine.checkPublicKey(offCurve);
  },
  'SM2 signature example': (engine) => {
    const prepared = engine.prepare(fromHex(sm2.d));
    return prepared !== undefined && is(engine.sign(prepared, fromHex(sm2.k), fromHex(sm2.e)), sm2.signature);
  },
  'SM2 verification example': (engine) => {
    const [point, za, signature] = [fromHex(sm2.point), fromHex(sm2.za), fromHex(sm2.signature)];
    const table = engine.createTable(point);
    const all = (e: Uint8Array, message: Uint8Array): readonly (boolean | undefined)[] => [
      engine.verify(point, e, signature),
      engine.verifyMessage(point, za, message, signature),
      table?.verify(e, signature),
      table?.verifyMessage(za, message, signature),
    ];
    const [e, message] = [fromHex(sm2.e), utf8Encode(sm2.signed)];
    const right = all(e, message);
    e[31] = (e[31] ?? 0) ^ 1;
    message[0] = (message[0] ?? 0) ^ 1;
    const wrong = all(e, message);
    table?.free();
    return right.every((passed) => passed === true) && wrong.every((passed) => passed === false);
  },
  // The same e four times: four values of r are four nonces.
  'SM2 signatures with nonces of their own': (engine) => {
    const prepared = engine.prepare(fromHex(sm2.d));
    if (prepared === undefined) return false;
    let drawn = 0;
    const random = (length: number): Uint8Array => new Uint8Array(length).fill(++drawn);
    const [point, e, za, message] = [fromHex(sm2.point), fromHex(sm2.e), fromHex(sm2.za), utf8Encode(sm2.signed)];
    const signatures = [
      engine.signDigest(prepared, e, random),
      engine.signDigest(prepared, e, random),
      engine.signMessage(prepared, za, message, random),
      engine.signMessage(prepared, za, message, random),
    ];
    const distinct = new Set(signatures.map((signature) => toHex(signature.subarray(0, 32))));
    return distinct.size === 4 && signatures.every((signature) => engine.verify(point, e, signature));
  },
  'SM2 encryption example': (engine) => {
    const found = encryptWith(engine, fromHex(sm2.point), utf8Encode(sm2.message), fromHex(sm2.k));
    return is(found?.c2, sm2.c2) && is(found?.c3, sm2.c3);
  },
  // s + s·d + r·d = k, and s·G + (r + s)·P = k·G, of the published signature.
  'SM2 sums example': (engine) => {
    const [r, s] = [fromHex(sm2.signature.slice(0, 64)), fromHex(sm2.signature.slice(64))];
    const [d, k, one] = [fromHex(sm2.d), fromHex(sm2.k), new Uint8Array(32)];
    one[31] = 1;
    const [own, others] = [engine.multiplyBase(s), engine.multiply(engine.multiplyAdd(r, s, one), fromHex(sm2.point))];
    const [sum, product] = [own && others && engine.add(own, others), engine.multiplyBase(k)];
    return (
      is(engine.multiplyAdd(engine.multiplyAdd(s, s, d), r, d), sm2.k) &&
      product !== undefined &&
      is(sum, toHex(product))
    );
  },
  'SM4 example': (engine) => {
    const cipher = engine.createCipher(fromHex(sm4.key));
    return (
      is(cipher.ecb('encrypt', fromHex(sm4.key)), sm4.block) &&
      is(cipher.ecb('decrypt', fromHex(sm4.block)), sm4.key) &&
      is(cipher.cbc('decrypt', new Uint8Array(16), fromHex(sm4.block)), sm4.key)
    );
  },
  'SM4-GCM and SM4-CCM examples': (engine) => {
    const ops = createSm4Ops(engineSource(engine));
    const [key, nonce, additionalData] = [fromHex(sm4.key), fromHex(sm4.nonce), fromHex(sm4.additionalData)];
    return (['gcm', 'ccm'] as const).every((mode) =>
      is(ops.seal({ mode, key, nonce, additionalData }, fromHex(sm4.plaintext)), sm4[mode]),
    );
  },
};
