import { createNodeCrypto } from '@onelock/core/crypto/node';
import { describe, expect, it } from 'vitest';
import { shortenedInput } from './shorten-input.ts';

const ops = createNodeCrypto();
const ecdsa = { kind: 'ecdsa', digest: 'sha384' } as const;
const rsa = { kind: 'rsa-pkcs1v15', digest: 'sha256' } as const;
const message = { kind: 'message', bytes: ops.random(300) } as const;

describe('what is signed by ECDSA behind PKCS#11', () => {
  it('crosses as its digest when it is short', () => {
    const digest = ops.digest('sha384', message.bytes);
    const shortened = shortenedInput('pkcs11', ecdsa, message);
    expect(shortened.kind).toBe('digest');
    expect(Uint8Array.from(shortened.bytes)).toEqual(digest);
  });

  it('and nothing else is touched: other algorithms, other families, digests, long messages', () => {
    const long = { kind: 'message', bytes: new Uint8Array(5000) } as const;
    const digest = { kind: 'digest', bytes: ops.random(48) } as const;
    expect(shortenedInput('pkcs11', rsa, message)).toBe(message);
    expect(shortenedInput('soft', ecdsa, message)).toBe(message);
    expect(shortenedInput('card', ecdsa, message)).toBe(message);
    expect(shortenedInput('pkcs11', ecdsa, digest)).toBe(digest);
    expect(shortenedInput('pkcs11', ecdsa, long)).toBe(long);
  });
});
