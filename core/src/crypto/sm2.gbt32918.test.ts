import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { publishedVector } from '../../../tools/src/test-setup/real-parts.ts';
import { requireReal } from '../../../tools/src/test-setup/require-real.ts';
import { sm2Pkcs8, sm2Spki } from '../../test/crypto/sm2-keys.ts';
import { derInteger, derSequence } from '../asn1/writer.ts';
import { concatBytes } from '../bytes/compare.ts';
import { fromHex, toHex } from '../bytes/hex.ts';
import { utf8Encode } from '../bytes/utf8.ts';
import { createNodeCrypto } from './node.ts';
import type { PublicKey } from './ops.ts';
import { parsePrivateKey } from './private-key.ts';
import { parsePublicKey } from './public-key.ts';
import { computeZa } from './sm2-za.ts';

interface Examples {
  readonly sm3: readonly { readonly msg_ascii: string; readonly digest: string }[];
  readonly sm2: {
    readonly id_ascii: string;
    readonly d: string;
    readonly x: string;
    readonly y: string;
    readonly za: string;
    readonly sign: { readonly msg_ascii: string; readonly e: string; readonly r: string; readonly s: string };
  };
}

interface EdgeCases {
  readonly tests: readonly {
    readonly name: string;
    readonly x: string;
    readonly y: string;
    readonly id_ascii: string;
    readonly msg_ascii: string;
    readonly r: string;
    readonly s: string;
    readonly expected: 'VALID' | 'INVALID';
  }[];
}

const ops = createNodeCrypto();
const point = (x: string, y: string): Uint8Array => concatBytes(Uint8Array.of(4), fromHex(x), fromHex(y));
const der = (r: string, s: string): Uint8Array =>
  derSequence(derInteger(BigInt(`0x${r}`)), derInteger(BigInt(`0x${s}`)));

requireReal('the examples of GB/T 32918.5', publishedVector('sm-primitives/gbt-standard-examples.json'))(
  'the examples of GB/T 32918.5 and GB/T 32905',
  (file) => {
    const { sm2, sm3 } = JSON.parse(readFileSync(file, 'utf8')) as Examples;
    const publicPoint = point(sm2.x, sm2.y);
    const userId = utf8Encode(sm2.id_ascii);
    const message = utf8Encode(sm2.sign.msg_ascii);

    it('SM3 digests match', () => {
      for (const example of sm3) expect(toHex(ops.digest('sm3', utf8Encode(example.msg_ascii)))).toBe(example.digest);
    });

    it('ZA and e match', () => {
      const za = computeZa(ops, publicPoint, userId);
      expect(toHex(za).toUpperCase()).toBe(sm2.za);
      expect(toHex(ops.digest('sm3', za, message)).toUpperCase()).toBe(sm2.sign.e);
    });

    it('the signature verifies, and the private key makes others that do', () => {
      const key = parsePublicKey(sm2Spki(publicPoint));
      const algorithm = { kind: 'sm2-sm3', userId } as const;
      expect(ops.verify(key, algorithm, message, der(sm2.sign.r, sm2.sign.s))).toBe(true);
      const own = ops.sign(parsePrivateKey(sm2Pkcs8(fromHex(sm2.d))), algorithm, message);
      expect(ops.verify(key, algorithm, message, own)).toBe(true);
    });
  },
);

requireReal('the edge cases of SM2 verification', publishedVector('sm-primitives/sm2-verify-edge.json'))(
  'the edge cases of SM2 verification',
  (file) => {
    const { tests } = JSON.parse(readFileSync(file, 'utf8')) as EdgeCases;

    it('are 17', () => expect(tests).toHaveLength(17));

    it.each(tests.map((test): [string, (typeof tests)[number]] => [test.name, test]))('%s', (_, test) => {
      const hexX = test.x.padStart(64, '0');
      const hexY = test.y.padStart(64, '0');
      const verify = (): boolean => {
        const key: PublicKey = parsePublicKey(sm2Spki(point(hexX, hexY)));
        return ops.verify(
          key,
          { kind: 'sm2-sm3', userId: utf8Encode(test.id_ascii) },
          utf8Encode(test.msg_ascii),
          der(test.r, test.s),
        );
      };
      let verdict: boolean;
      try {
        verdict = verify();
      } catch (error) {
        expect(error).toFailWith('ERR_CRYPTO_KEY_INVALID');
        verdict = false;
      }
      expect(verdict).toBe(test.expected === 'VALID');
    });
  },
);

describe('computeZa', () => {
  const publicPoint = point(
    '09f9df311e5421a150dd7d161e4bc5c672179fad1833fc076bb08ff356f35020',
    'ccea490ce26775a52dc6ea718cc1aa600aed05fbf35e084a6632f6072da9ad13',
  );

  it('counts the id in bits and tells the empty id from the default one', () => {
    const empty = computeZa(ops, publicPoint, new Uint8Array(0));
    expect(toHex(empty)).not.toBe(toHex(computeZa(ops, publicPoint, utf8Encode('1234567812345678'))));
    expect(computeZa(ops, publicPoint, new Uint8Array(8191))).toHaveLength(32);
    expect(() => computeZa(ops, publicPoint, new Uint8Array(8192))).toFailWith('ERR_BYTES_TOO_LARGE');
  });

  it('wants the point whole', () => {
    expect(() => computeZa(ops, publicPoint.subarray(1), new Uint8Array(0))).toFailWith('ERR_CRYPTO_KEY_INVALID');
    expect(() => computeZa(ops, concatBytes(Uint8Array.of(2), publicPoint.subarray(1)), new Uint8Array(0))).toFailWith(
      'ERR_CRYPTO_KEY_INVALID',
    );
  });
});
