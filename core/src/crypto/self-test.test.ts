import { createSign, createVerify } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { createNodeCrypto } from './node.ts';
import type { CryptoOps } from './ops.ts';
import { selfTest } from './self-test.ts';

const ops = createNodeCrypto();
const der = { format: 'der' } as const;

/** What one gets by handing SM2 to the platform without ZA. */
const withoutZa: CryptoOps = {
  ...ops,
  engine: 'without-za',
  sign: (key, _, message) =>
    createSign('sm3')
      .update(message)
      .sign({ key: Buffer.from(key.pkcs8), type: 'pkcs8', ...der }),
  verify: (key, _, message, signature) =>
    createVerify('sm3')
      .update(message)
      .verify({ key: Buffer.from(key.spki), type: 'spki', ...der }, signature),
};

const broken: readonly (readonly [string, CryptoOps])[] = [
  ['accepts everything', { ...ops, verify: () => true }],
  ['accepts nothing', { ...ops, verify: () => false }],
  [
    'ignores the user id',
    {
      ...ops,
      verify: (key, algorithm, message, signature) => ops.verify(key, withDefaultId(algorithm), message, signature),
    },
  ],
  ['forgets ZA', withoutZa],
  [
    'throws',
    {
      ...ops,
      sign: () => {
        throw new TypeError('no such curve');
      },
    },
  ],
];

function withDefaultId(algorithm: Parameters<CryptoOps['verify']>[1]): Parameters<CryptoOps['verify']>[1] {
  return algorithm.kind === 'sm2-sm3'
    ? { ...algorithm, userId: new TextEncoder().encode('1234567812345678') }
    : algorithm;
}

describe('the self-test of an engine', () => {
  it('passes the engine of this Node', () => {
    expect(() => selfTest(ops)).not.toThrow();
    expect(ops.engine).toMatch(/node-openssl-3\./);
  });

  it.each(broken)('stops an engine that %s', (_, engine) => {
    expect(() => selfTest(engine)).toFailWith('ERR_CRYPTO_SELF_TEST_FAILED');
  });
});
