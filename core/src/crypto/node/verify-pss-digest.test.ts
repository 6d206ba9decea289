import { constants, createHash, generateKeyPairSync, sign } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { integerToBytes } from '../integer.ts';
import type { PssParameters, PublicKey } from '../ops.ts';
import { parsePublicKey } from '../public-key.ts';
import { verifyPssDigest } from './verify-pss-digest.ts';

const rsaKey = (spki: Uint8Array): Extract<PublicKey, { kind: 'rsa' }> => {
  const key = parsePublicKey(new Uint8Array(spki));
  if (key.kind !== 'rsa') throw new Error('an RSA key');
  return key;
};
/** EM is as long as the modulus, one octet shorter, and one with seven bits unused. */
const pairs = [2048, 2049, 2056].map((modulusLength) => {
  const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength });
  return { modulusLength, privateKey, key: rsaKey(publicKey.export({ type: 'spki', format: 'der' })) };
});
const [first] = pairs;
const message = Uint8Array.of(1, 2, 3);
const digestOf = (name: string, bytes = message) => new Uint8Array(createHash(name).update(bytes).digest());
const parameters = (digest: 'sha256' | 'sha384' | 'sha512', saltLength: number): PssParameters => ({
  ...{ digest, mgf1Digest: digest, saltLength },
});

describe('RSA-PSS by the digest alone', () => {
  it.each(pairs)('agrees with OpenSSL under $modulusLength bits', ({ privateKey, key }) => {
    for (const [name, saltLength] of [
      ['sha256', 32],
      ['sha384', 48],
      ['sha512', 64],
      ['sha256', 0],
      ['sha256', 190],
    ] as const) {
      const padding = constants.RSA_PKCS1_PSS_PADDING;
      const signature = new Uint8Array(sign(name, message, { key: privateKey, padding, saltLength }));
      const asked = parameters(name, saltLength);
      expect(verifyPssDigest(key, asked, digestOf(name), signature), `${name} ${saltLength}`).toBe(true);
      expect(verifyPssDigest(key, asked, digestOf(name, Uint8Array.of(9)), signature)).toBe(false);
      expect(verifyPssDigest(key, parameters(name, saltLength + 1), digestOf(name), signature)).toBe(false);
      if (saltLength > 0)
        expect(verifyPssDigest(key, parameters(name, saltLength - 1), digestOf(name), signature)).toBe(false);
      const otherMask = { ...asked, mgf1Digest: name === 'sha256' ? ('sha512' as const) : ('sha256' as const) };
      expect(verifyPssDigest(key, otherMask, digestOf(name), signature)).toBe(false);
    }
  });

  it('says no to PKCS#1 v1.5, to any changed octet, and to what is no number below the modulus', () => {
    if (first === undefined) throw new Error('no key');
    const { privateKey, key } = first;
    const asked = parameters('sha256', 32);
    expect(verifyPssDigest(key, asked, digestOf('sha256'), new Uint8Array(sign('sha256', message, privateKey)))).toBe(
      false,
    );
    const padding = constants.RSA_PKCS1_PSS_PADDING;
    const good = new Uint8Array(sign('sha256', message, { key: privateKey, padding, saltLength: 32 }));
    for (let at = 0; at < good.length; at += 17) {
      const changed = good.slice();
      changed[at] = (changed[at] ?? 0) ^ 1;
      expect(verifyPssDigest(key, asked, digestOf('sha256'), changed), `octet ${at}`).toBe(false);
    }
    const odd = [new Uint8Array(0), new Uint8Array(256), new Uint8Array(256).fill(255), integerToBytes(1n, 256)];
    for (const one of [...odd, good.subarray(1), Uint8Array.of(0, ...good)])
      expect(verifyPssDigest(key, asked, digestOf('sha256'), one)).toBe(false);
  });

  it('is done by a key for PSS alone too, and holds it to its parameters', () => {
    // The types of Node say that the length of the salt is a text; Node takes a number alone.
    const saltLength = 32 as unknown as string;
    const { privateKey, publicKey } = generateKeyPairSync('rsa-pss', {
      ...{ modulusLength: 2048, hashAlgorithm: 'sha256', mgf1HashAlgorithm: 'sha256', saltLength },
    });
    const key = rsaKey(publicKey.export({ type: 'spki', format: 'der' }));
    const signature = new Uint8Array(sign('sha256', message, { key: privateKey, saltLength: 32 }));
    expect(verifyPssDigest(key, parameters('sha256', 32), digestOf('sha256'), signature)).toBe(true);
    expect(() => verifyPssDigest(key, parameters('sha512', 64), digestOf('sha512'), signature)).toFailWith(
      'ERR_SIGNATURE_ALGORITHM_MISMATCH',
    );
  });
});
