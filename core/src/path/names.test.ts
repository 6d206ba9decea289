import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { matchesHostName, parseHostName, parsePresentedHostName } from './dns-name.ts';
import { formatIpAddress, parseIpAddress } from './ip-address.ts';
import { parseMailbox, sameMailbox } from './mailbox.ts';

function hostMatches(presented: string, reference: string): boolean {
  const pattern = parsePresentedHostName(presented);
  const labels = parseHostName(reference);
  return pattern !== undefined && labels !== undefined && matchesHostName(pattern, labels);
}

describe('host names', () => {
  it.each([
    'example.cn',
    'EXAMPLE.cn',
    'a-b.example.cn',
    'xn--fiqs8s',
    'localhost',
    '1.example.cn',
    `${'a'.repeat(63)}.cn`,
  ])('%s is one', (text) => {
    expect(parseHostName(text)).toBeDefined();
  });

  it.each([
    '',
    '.',
    'example.cn.',
    '.example.cn',
    'a..b',
    '-a.cn',
    'a-.cn',
    'a_b.cn',
    'a b.cn',
    '例子.cn',
    '8.8.8.8',
    '1.2.3',
    '*.cn',
    `${'a'.repeat(64)}.cn`,
    `${'a.'.repeat(127)}aaa`,
    'a\u0000b.cn',
    'example.cn\n',
    '\u212aelvin.cn',
  ])('%j is none', (text) => {
    expect(parseHostName(text)).toBeUndefined();
  });

  it.each([
    ['example.cn', 'example.cn', true],
    ['EXAMPLE.CN', 'example.cn', true],
    ['example.cn', 'www.example.cn', false],
    ['*.example.cn', 'www.example.cn', true],
    ['*.example.cn', 'a.b.example.cn', false],
    ['*.example.cn', 'example.cn', false],
    ['*.cn', 'example.cn', false],
    ['*.com.cn', 'example.com.cn', false],
    ['*.gov.cn', 'example.gov.cn', false],
    ['*.gz.cn', 'example.gz.cn', false],
    ['*.co.uk', 'example.co.uk', false],
    ['*.example.com.cn', 'a.example.com.cn', true],
    ['w*.example.cn', 'www.example.cn', false],
    ['*w.example.cn', 'www.example.cn', false],
    ['a.*.cn', 'a.example.cn', false],
    ['*.*.cn', 'a.example.cn', false],
    ['*', 'localhost', false],
    ['xn--*.example.cn', 'xn--a.example.cn', false],
  ])('%s matches %s: %s', (presented, reference, expected) => {
    expect(hostMatches(presented, reference)).toBe(expected);
  });

  it('match themselves and nothing with a label more', () => {
    const label = fc.stringMatching(/^[a-z][a-z0-9]{0,10}$/);
    fc.assert(
      fc.property(fc.array(label, { minLength: 1, maxLength: 5 }), label, (labels, more) => {
        const name = labels.join('.');
        expect(hostMatches(name, name.toUpperCase())).toBe(true);
        expect(hostMatches(name, `${more}.${name}`)).toBe(false);
      }),
    );
  });
});

describe('addresses', () => {
  it.each([
    ['127.0.0.1', '127.0.0.1'],
    ['::', '::'],
    ['::1', '::1'],
    ['2001:db8::8:800:200C:417A', '2001:db8::8:800:200c:417a'],
    ['2001:DB8:0:0:8:800:200c:417a', '2001:db8::8:800:200c:417a'],
    ['::ffff:192.0.2.1', '::ffff:c000:201'],
    ['1:0:0:2:0:0:0:3', '1:0:0:2::3'],
    ['1:2:3:4:5:6:7:8', '1:2:3:4:5:6:7:8'],
    ['1:0:2:3:4:5:6:7', '1:0:2:3:4:5:6:7'],
  ])('%s is %s', (text, canonical) => {
    const bytes = parseIpAddress(text);
    expect(bytes === undefined ? undefined : formatIpAddress(bytes)).toBe(canonical);
  });

  it.each([
    '',
    '1.2.3',
    '1.2.3.4.5',
    '01.2.3.4',
    '256.1.1.1',
    '0x7f.0.0.1',
    '1.2.3.4 ',
    ':',
    ':::',
    '1::2::3',
    '1:2:3:4:5:6:7',
    '1:2:3:4:5:6:7:8:9',
    '::12345',
    '1:2:3:4:5:6:7::8',
    '192.0.2.1::',
    'fe80::1%eth0',
  ])('%j is none', (text) => {
    expect(parseIpAddress(text)).toBeUndefined();
  });

  it('come back from text', () => {
    const bytes = fc.oneof(
      fc.uint8Array({ minLength: 4, maxLength: 4 }),
      fc.uint8Array({ minLength: 16, maxLength: 16 }),
    );
    fc.assert(
      fc.property(bytes, (address) => {
        expect(parseIpAddress(formatIpAddress(address))).toEqual(address);
      }),
    );
  });
});

describe('mailboxes', () => {
  it.each(['a@b', 'bid.office+1@example.cn', '*@example.cn'])('%j is one', (text) => {
    expect(parseMailbox(text)).toBeDefined();
  });

  it.each(['@b.cn', 'a@', 'a', 'a@b@c.cn', 'a b@c.cn', '"a"@b.cn', '.a@b.cn', 'a.@b.cn', 'a@1.2.3.4', 'a@例.cn'])(
    '%j is none',
    (text) => {
      expect(parseMailbox(text)).toBeUndefined();
    },
  );

  it('differ by the case of the local part alone', () => {
    const [a, b, c] = ['Bid@Example.cn', 'Bid@example.CN', 'bid@example.cn'].map(parseMailbox);
    if (a === undefined || b === undefined || c === undefined) throw new Error('three mailboxes');
    expect(sameMailbox(a, b)).toBe(true);
    expect(sameMailbox(a, c)).toBe(false);
  });
});
