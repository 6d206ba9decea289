import { describe, expect, it } from 'vitest';
import { processorTime } from '../../../tools/src/test-setup/processor-time.ts';
import { fromHex } from '../bytes/hex.ts';
import type { ErrorCode } from '../errors/registry.ts';
import { checkDer } from './check.ts';
import { readDer } from './reader.ts';
import { derOctetString, derSequence, derValue } from './writer.ts';

const refusals: readonly (readonly [string, string, ErrorCode, number])[] = [
  ['nothing at all', '', 'ERR_DER_TRUNCATED', 0],
  ['a tag without length', '30', 'ERR_DER_TRUNCATED', 1],
  ['contents that end too early', '300502', 'ERR_DER_TRUNCATED', 3],
  ['a long length that is cut', '3082', 'ERR_DER_TRUNCATED', 2],
  ['a length of almost 4 GiB', '3084ffffffff', 'ERR_DER_TRUNCATED', 6],
  ['a length of 5 octets', '30850100000000', 'ERR_DER_LIMIT_EXCEEDED', 1],
  ['a length of 126 octets', `30fe${'01'.repeat(126)}`, 'ERR_DER_LIMIT_EXCEEDED', 1],
  ['the indefinite length of BER', '30800000', 'ERR_DER_LENGTH_INVALID', 1],
  ['the reserved length octet', `30ff${'01'.repeat(127)}`, 'ERR_DER_LENGTH_INVALID', 1],
  ['a long length for a short value', '308101ff', 'ERR_DER_LENGTH_INVALID', 1],
  ['a length with a leading zero', `30820080${'00'.repeat(128)}`, 'ERR_DER_LENGTH_INVALID', 1],
  ['bytes behind the value', '020101ff', 'ERR_DER_TRAILING_DATA', 3],
  ['the end-of-contents mark', '0000', 'ERR_DER_TAG_INVALID', 0],
  ['a primitive SEQUENCE', '1000', 'ERR_DER_TAG_INVALID', 0],
  ['a constructed INTEGER', '2203020101', 'ERR_DER_TAG_INVALID', 0],
  ['a constructed OCTET STRING, as BER streams', '2403040141', 'ERR_DER_TAG_INVALID', 0],
  ['a constructed UTF8String', '2c030c0141', 'ERR_DER_TAG_INVALID', 0],
  ['a tag number below 31 in the long form', '9f1e00', 'ERR_DER_TAG_INVALID', 0],
  ['a tag number with a leading zero', '9f801f00', 'ERR_DER_TAG_INVALID', 0],
  ['a tag number that never ends', '9fffffffffff7f00', 'ERR_DER_TAG_INVALID', 0],
  ['a tag number that is cut', '9fff', 'ERR_DER_TRUNCATED', 2],
  ['an empty INTEGER', '0200', 'ERR_DER_VALUE_INVALID', 0],
  ['an INTEGER with a needless 00', '0202007f', 'ERR_DER_VALUE_INVALID', 0],
  ['an INTEGER with a needless FF', '0202ff80', 'ERR_DER_VALUE_INVALID', 0],
  ['a BOOLEAN that is neither 00 nor FF', '010101', 'ERR_DER_VALUE_INVALID', 0],
  ['a BOOLEAN of two octets', '0102ffff', 'ERR_DER_VALUE_INVALID', 0],
  ['a NULL with contents', '050100', 'ERR_DER_VALUE_INVALID', 0],
  ['an empty BIT STRING', '0300', 'ERR_DER_VALUE_INVALID', 0],
  ['a BIT STRING with 8 unused bits', '03020800', 'ERR_DER_VALUE_INVALID', 0],
  ['a BIT STRING with unused bits and no octet', '030101', 'ERR_DER_VALUE_INVALID', 0],
  ['a BIT STRING whose unused bits are set', '03020101', 'ERR_DER_VALUE_INVALID', 0],
  ['an empty OBJECT IDENTIFIER', '0600', 'ERR_DER_VALUE_INVALID', 0],
  ['an OBJECT IDENTIFIER that is cut', '060288ff', 'ERR_DER_VALUE_INVALID', 0],
  ['an OBJECT IDENTIFIER arc with a leading zero', '06032a8001', 'ERR_DER_VALUE_INVALID', 0],
  ['UTF-8 that is none', '0c01ff', 'ERR_DER_VALUE_INVALID', 0],
  ['a PrintableString with a control character', '130107', 'ERR_DER_VALUE_INVALID', 0],
  ['a BMPString of odd length', '1e0141', 'ERR_DER_VALUE_INVALID', 0],
  ['a BMPString with a surrogate', '1e02d800', 'ERR_DER_VALUE_INVALID', 0],
  ['a UniversalString beyond Unicode', '1c0400110000', 'ERR_DER_VALUE_INVALID', 0],
  ['a NumericString with a letter', '120141', 'ERR_DER_VALUE_INVALID', 0],
];

describe('the reader meets hostile input', () => {
  it.each(refusals)('refuses %s', (_, hex, code, offset) => {
    const bytes = fromHex(hex);
    expect(() => checkDer(bytes)).toFailWith(code);
    expect(() => checkDer(bytes)).toThrow(expect.objectContaining({ params: expect.objectContaining({ offset }) }));
  });

  it.each(refusals)('refuses %s inside of another value, at its absolute offset', (_, hex, code, offset) => {
    const bytes = fromHex(hex);
    const header = bytes.length < 128 ? 2 : 3;
    const act =
      code === 'ERR_DER_VALUE_INVALID'
        ? () => checkDer(derSequence(bytes))
        : () => readDer(derOctetString(bytes)).nested();
    expect(act).toThrow(
      expect.objectContaining({ code, params: expect.objectContaining({ offset: offset + header }) }),
    );
  });

  it('stops at the depth limit instead of at the end of the stack', () => {
    let bytes = derSequence();
    for (let level = 0; level < 100_000 && bytes.length < 60_000; level++) bytes = derSequence(bytes);
    expect(() => checkDer(bytes)).toFailWith('ERR_DER_LIMIT_EXCEEDED');
    expect(() => checkDer(derSequence(derSequence()), { maxLength: 99, maxDepth: 1, maxNodes: 99 })).toThrow(
      expect.objectContaining({ params: { limit: 'depth', offset: 2 } }),
    );
  });

  it('counts depth through encodings nested in strings', () => {
    const bytes = derOctetString(derOctetString(derSequence()));
    const limits = { maxLength: 99, maxDepth: 2, maxNodes: 99 };
    expect(() => readDer(bytes, limits).nested().nested()).toFailWith('ERR_DER_LIMIT_EXCEEDED');
  });

  it('stops at the node limit, quickly', () => {
    const bytes = derValue(
      0x30,
      new Uint8Array(400_000).fill(0x05).map((_, index) => (index % 2 === 0 ? 0x05 : 0)),
    );
    const spent = processorTime();
    expect(() => checkDer(bytes)).toThrow(
      expect.objectContaining({ params: expect.objectContaining({ limit: 'nodes' }) }),
    );
    expect(spent()).toBeLessThan(1000);
  });

  it('counts the values of all levels together when it walks the whole tree', () => {
    const leaves = derSequence(...Array.from({ length: 6 }, () => derSequence(derSequence())));
    expect(() => checkDer(leaves, { maxLength: 99, maxDepth: 9, maxNodes: 13 })).not.toThrow();
    expect(() => checkDer(leaves, { maxLength: 99, maxDepth: 9, maxNodes: 12 })).toFailWith('ERR_DER_LIMIT_EXCEEDED');
  });

  it('answers the same question as often as it is asked', () => {
    const node = readDer(derSequence(derSequence()), { maxLength: 99, maxDepth: 9, maxNodes: 3 });
    for (let time = 0; time < 10; time++) expect(node.sequence().rest()).toHaveLength(1);
  });

  it('refuses an input that is too long before looking at it', () => {
    expect(() => readDer(new Uint8Array(11), { maxLength: 10, maxDepth: 9, maxNodes: 9 })).toThrow(
      expect.objectContaining({ params: { limit: 'length', offset: 0 } }),
    );
  });
});
