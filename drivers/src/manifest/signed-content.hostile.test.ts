import { encodePem, utf8Encode } from '@onelock/core/bytes';
import { createNodeCrypto } from '@onelock/core/crypto/node';
import { describe, expect, it } from 'vitest';
import {
  bidder,
  expiredKeeper,
  keeperP256,
  sampleManifest,
  signBytes,
  signedAt,
  signJson,
  testTrust,
  untrustedKeeper,
} from '../../test/driver-signing.ts';
import { openSignedContent } from './signed-content.ts';

const ops = createNodeCrypto();
const open = (bytes: Uint8Array, at = signedAt, trust = testTrust) => openSignedContent(bytes, trust, at, ops);
const content = utf8Encode('{"kind":"onelock-driver"}');

const reasonOf = (act: () => unknown): unknown => {
  try {
    act();
    return 'accepted';
  } catch (error) {
    return (error as { params: { reason: unknown } }).params.reason;
  }
};

describe('a signed manifest', () => {
  it('is opened when a code signer under one of our anchors signed it, with SM2 or P-256, DER or PEM', () => {
    for (const signed of [signBytes(content), signBytes(content, keeperP256)]) {
      const opened = open(signed);
      expect(opened.content).toEqual(content);
      expect(opened.signer).toContain('驱动目录签名');
      expect(opened.signerNotAfter).toBe('2059-12-31T23:59:59.000Z');
      expect(open(utf8Encode(encodePem('CMS', signed))).content).toEqual(content);
    }
  });

  it('is refused after any byte was altered', () => {
    const signed = signJson(sampleManifest());
    let refused = 0;
    for (let at = 0; at < signed.length; at += 7) {
      const altered = Uint8Array.from(signed);
      altered[at] = (altered[at] ?? 0) ^ 1;
      try {
        const { content: opened } = open(altered);
        // A byte that no signature covers (a certificate's place in the list) may change nothing that is read.
        expect(opened).toEqual(open(signed).content);
      } catch (error) {
        expect((error as { code: string }).code).toMatch(/^ERR_DRIVER_MANIFEST_(MALFORMED|UNTRUSTED|UNSIGNED)$/);
        refused += 1;
      }
    }
    expect(refused).toBeGreaterThan(signed.length / 7 - 20);
  });

  it('is refused from a signer that is another: unknown CA, a bidder, an expired keeper', () => {
    for (const [signer, reason] of [
      [untrustedKeeper, 'ERR_PATH_UNKNOWN_ISSUER'],
      [bidder, 'ERR_PATH_EXTENDED_KEY_USAGE'],
      [expiredKeeper, 'ERR_PATH_EXPIRED'],
    ] as const) {
      const signed = signBytes(content, signer);
      expect(() => open(signed)).toFailWith('ERR_DRIVER_MANIFEST_UNTRUSTED');
      expect(reasonOf(() => open(signed))).toBe(reason);
    }
  });

  it('was good as long as its signer was', () => {
    expect(open(signBytes(content, expiredKeeper), new Date('2021-06-01T00:00:00Z')).content).toEqual(content);
  });

  it('is refused where no anchors are configured', () => {
    const nobody = { anchors: [], intermediates: testTrust.intermediates, crls: [] };
    expect(() => open(signBytes(content), signedAt, nobody)).toFailWith('ERR_DRIVER_MANIFEST_UNTRUSTED');
  });

  it('is refused without a signature, and when it is nothing of the kind', () => {
    expect(() => open(content)).toFailWith('ERR_DRIVER_MANIFEST_UNSIGNED');
    for (const bytes of [
      new Uint8Array(),
      utf8Encode('hello'),
      utf8Encode('-----BEGIN CMS-----'),
      new Uint8Array(5000),
    ])
      expect(() => open(bytes)).toFailWith('ERR_DRIVER_MANIFEST_MALFORMED');
    expect(() => open(new Uint8Array(9 * 1024 * 1024))).toFailWith('ERR_DRIVER_MANIFEST_MALFORMED');
  });
});
