import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { encodePem, fromHex, toHex, utf8Encode } from '@onelock/core/bytes';
import { type PrivateKey, type PublicKey, parsePrivateKey, parsePublicKey } from '@onelock/core/crypto';
import { createNodeCrypto } from '@onelock/core/crypto/node';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { opensslCommand } from '../../../tools/src/test-setup/real-parts.ts';
import { requireReal } from '../../../tools/src/test-setup/require-real.ts';
import { sm2Pkcs8, sm2Spki } from './sm2-keys.ts';

interface OtherSm2 {
  getPublicKeyFromPrivateKey(scalar: string): string;
  doSignature(message: number[], scalar: string, options: object): string;
  doVerifySignature(message: number[], signature: string, point: string, options: object): boolean;
}

const { sm2: other } = createRequire(import.meta.url)('sm-crypto') as { readonly sm2: OtherSm2 };
const ops = createNodeCrypto();
const messages = ['', 'a', '投标文件', 'x'.repeat(200)].map(utf8Encode);

/** Scalars and points whose numbers begin with zero octets: the classic way to be wrong once in 256 times. */
const shapes: readonly (readonly [string, () => string])[] = [
  ['any key', () => toHex(ops.random(32)).replace(/^f/, '7')],
  ['d = 1', () => '1'.padStart(64, '0')],
  ['d = n − 2', () => 'fffffffeffffffffffffffffffffffff7203df6b21c6052b53bbf40939d54121'],
  ['a d of 30 octets', () => toHex(ops.random(30)).padStart(64, '0')],
  ['an x that begins with zero', () => scalarWhose((point) => point.startsWith('0400'))],
  ['a y that begins with zero', () => scalarWhose((point) => point.startsWith('00', 66))],
];

function scalarWhose(condition: (point: string) => boolean): string {
  for (;;) {
    const { privateKey, publicKey } = ops.generateKeyPair({ kind: 'sm2' });
    if (publicKey.kind === 'sm2' && condition(toHex(publicKey.point))) return toHex(scalarOf(privateKey));
  }
}

/** The scalar stands at a fixed place in the PKCS#8 that OpenSSL writes. */
function scalarOf(key: PrivateKey): Uint8Array {
  return key.pkcs8.subarray(36, 68);
}

function keysOf(scalar: string): {
  readonly privateKey: PrivateKey;
  readonly publicKey: PublicKey;
  readonly point: string;
} {
  const point = other.getPublicKeyFromPrivateKey(scalar);
  return {
    privateKey: parsePrivateKey(sm2Pkcs8(fromHex(scalar))),
    publicKey: parsePublicKey(sm2Spki(fromHex(point))),
    point,
  };
}

describe('SM2 against another implementation', () => {
  it.each(shapes)('agrees both ways for %s', (_, makeScalar) => {
    const scalar = makeScalar();
    const { privateKey, publicKey, point } = keysOf(scalar);
    for (const [index, message] of messages.entries()) {
      const userId = index % 2 === 0 ? '1234567812345678' : 'ALICE123@YAHOO.COM';
      const algorithm = { kind: 'sm2-sm3', userId: utf8Encode(userId) } as const;
      const options = { hash: true, der: true, userId, publicKey: point };
      const ours = ops.sign(privateKey, algorithm, message);
      expect(other.doVerifySignature([...message], toHex(ours), point, options)).toBe(true);
      const theirs = fromHex(other.doSignature([...message], scalar, options));
      expect(ops.verify(publicKey, algorithm, message, theirs)).toBe(true);
      const changed = message.length === 0 ? utf8Encode('b') : message.slice(1);
      expect(ops.verify(publicKey, algorithm, changed, theirs)).toBe(false);
    }
  });
});

requireReal('OpenSSL', opensslCommand())('SM2 against the command of OpenSSL', (openssl) => {
  let folder: string;
  beforeAll(() => {
    folder = mkdtempSync(path.join(tmpdir(), 'onelock-sm2-'));
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));
  const file = (name: string, contents: Uint8Array | string): string => {
    const target = path.join(folder, name);
    writeFileSync(target, contents);
    return target;
  };
  const common = (id: string): readonly string[] => ['-rawin', '-digest', 'sm3', '-pkeyopt', `distid:${id}`];

  it.each(shapes)('agrees both ways for %s', (_, makeScalar) => {
    const { privateKey, publicKey } = keysOf(makeScalar());
    const privateFile = file('key.pem', encodePem('PRIVATE KEY', privateKey.pkcs8));
    const publicFile = file('public.pem', encodePem('PUBLIC KEY', publicKey.spki));
    const message = file('message', 'tender');
    for (const id of ['1234567812345678', 'a']) {
      const algorithm = { kind: 'sm2-sm3', userId: utf8Encode(id) } as const;
      const theirs = execFileSync(openssl, ['pkeyutl', '-sign', '-inkey', privateFile, '-in', message, ...common(id)]);
      expect(ops.verify(publicKey, algorithm, utf8Encode('tender'), theirs)).toBe(true);
      const signature = file('signature', ops.sign(privateKey, algorithm, utf8Encode('tender')));
      const verify = (userId: string): number | null =>
        spawnSync(openssl, [
          'pkeyutl',
          '-verify',
          '-pubin',
          '-inkey',
          publicFile,
          '-in',
          message,
          '-sigfile',
          signature,
          ...common(userId),
        ]).status;
      expect(verify(id)).toBe(0);
      expect(verify('another')).not.toBe(0);
    }
  });
});
