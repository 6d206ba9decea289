import { derExplicit, derInteger, derOid, derSequence, derSetOf, oids } from '@onelock/core/asn1';
import { parsePrivateKey } from '@onelock/core/crypto';
import { createNodeCrypto } from '@onelock/core/crypto/node';
import { isCodedError } from '@onelock/core/errors';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { processorTime } from '../../../tools/src/test-setup/processor-time.ts';
import { ownCertificate, ownKey } from '../../test/support/certificates.ts';
import { buildMessage } from '../../test/support/message-builder.ts';
import { definiteLengths } from './ber.ts';
import { checkSigners } from './check-signers.ts';
import { parseSignedData } from './parse-signed-data.ts';

const ops = createNodeCrypto();
const content = new TextEncoder().encode('content');
const certificate = ownCertificate('sm2/leaf');
const key = parsePrivateKey(ownKey('sm2/leaf'));
const message = buildMessage({ content, certificate, key }, ops);
/** The same without its certificate, which the signature does not cover: a path judges that. */
const bare = buildMessage({ content, certificate, key, certificates: [] }, ops);

/** True when the bytes make a message whose signers all pass; coded refusals are false, anything else is a defect. */
function passes(bytes: Uint8Array): boolean {
  try {
    const checks = checkSigners(parseSignedData(bytes), { certificates: [certificate] }, ops);
    return checks.length > 0 && checks.every(({ verdict }) => verdict.indication === 'passed');
  } catch (error) {
    if (!isCodedError(error)) throw error;
    return false;
  }
}

describe('bytes that are no message', () => {
  it('passes the message itself', () => {
    expect(passes(message)).toBe(true);
  });

  it('refuses it cut anywhere and with anything behind it', () => {
    for (let length = 0; length < message.length; length += 7) expect(passes(message.subarray(0, length))).toBe(false);
    expect(passes(Uint8Array.of(...message, 0))).toBe(false);
    expect(() => parseSignedData(message.subarray(0, 40))).toFailWith('ERR_DER_TRUNCATED');
    expect(() => parseSignedData(Uint8Array.of(...message, 0))).toFailWith('ERR_DER_TRAILING_DATA');
  });

  it('says which type it does not do', () => {
    const enveloped = derSequence(derOid(oids.gmEnvelopedData), derExplicit(0, derSequence()));
    expect(() => parseSignedData(enveloped)).toFailWith('ERR_CMS_CONTENT_TYPE_UNSUPPORTED');
  });

  it('refuses content that is no OCTET STRING, and a crowd of signers', () => {
    const with_ = (encapsulated: Uint8Array, signers: Uint8Array): Uint8Array =>
      derSequence(
        derOid(oids.gmSignedData),
        derExplicit(0, derSequence(derInteger(1), derSetOf(), encapsulated, signers)),
      );
    const odd = derSequence(derOid(oids.gmData), derExplicit(0, derInteger(1)));
    expect(() => parseSignedData(with_(odd, derSetOf()))).toFailWith('ERR_CMS_MALFORMED');
    const crowd = derSetOf(...Array.from({ length: 65 }, (_, index) => derInteger(index)));
    expect(() => parseSignedData(with_(derSequence(derOid(oids.gmData)), crowd))).toFailWith('ERR_CMS_MALFORMED');
  });

  it('ends with a verdict or a coded error whatever byte is changed, and never passes with another signed byte', () => {
    const harmless: number[] = [];
    for (let index = 0; index < bare.length; index++) {
      const changed = Uint8Array.from(bare);
      changed[index] = (changed[index] ?? 0) ^ 0x10;
      if (passes(changed)) harmless.push(index);
    }
    // Only the list of digest algorithms, which is a hint to readers of streams and not signed (RFC 5652 §5.1).
    const algorithmList = { from: 22, to: 46 };
    expect(harmless.filter((index) => index < algorithmList.from || index > algorithmList.to)).toEqual([]);
    expect(passes(bare)).toBe(true);
  });

  it('ends quickly for any bytes at all', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => {
        expect(passes(bytes)).toBe(false);
      }),
      { numRuns: 300 },
    );
  });

  it('ends quickly for lengths nested without end', () => {
    const nested = new Uint8Array(200_000);
    for (let at = 0; at < nested.length; at += 2) nested.set([0x30, 0x80], at);
    const spent = processorTime();
    expect(passes(nested)).toBe(false);
    expect(spent()).toBeLessThan(1000);
  });
});

describe('open lengths', () => {
  it('are closed without touching what was definite', () => {
    expect(definiteLengths(message)).toBe(message);
    const open = Uint8Array.of(
      0x30,
      0x80,
      0x02,
      0x01,
      0x05,
      0x24,
      0x80,
      0x04,
      0x01,
      0xaa,
      0x04,
      0x01,
      0xbb,
      0,
      0,
      0,
      0,
    );
    expect([...definiteLengths(open)]).toEqual([0x30, 0x07, 0x02, 0x01, 0x05, 0x04, 0x02, 0xaa, 0xbb]);
  });

  it('are left as they are when they never end', () => {
    const endless = Uint8Array.of(0x30, 0x80, 0x02, 0x01, 0x05);
    expect(definiteLengths(endless)).toBe(endless);
    const primitive = Uint8Array.of(0x30, 0x80, 0x04, 0x80, 0, 0, 0, 0);
    expect(definiteLengths(primitive)).toBe(primitive);
  });

  it('give the message back, however it was cut up', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 64 }), fc.integer({ min: 1, max: 9 }), (bytes, size) => {
        const pieces: number[] = [];
        for (let at = 0; at < bytes.length; at += size) {
          const piece = bytes.subarray(at, at + size);
          pieces.push(0x04, piece.length, ...piece);
        }
        const cut = Uint8Array.of(0x30, 0x80, 0x24, 0x80, ...pieces, 0, 0, 0, 0);
        expect([...definiteLengths(cut)]).toEqual([0x30, bytes.length + 2, 0x04, bytes.length, ...bytes]);
      }),
    );
  });
});
