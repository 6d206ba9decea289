import { derExplicit, derOid, derUtf8String, oids } from '@onelock/core/asn1';
import { createNodeCrypto } from '@onelock/core/crypto/node';
import { describe, expect, it } from 'vitest';
import {
  general,
  keyRing,
  makeCertificate,
  name,
  nameConstraints,
  subjectAltName,
} from '../../test/support/test-ca.ts';
import { Budget } from './budget.ts';
import { NameConstraintSet } from './name-constraints.ts';

const ops = createNodeCrypto();
const key = keyRing(ops)('any');
const { dns, email, uri, ip, directory, registeredId } = general;

interface Names {
  readonly subject?: Uint8Array;
  readonly alternative?: readonly Uint8Array[];
}

/** The first refused name, or undefined when the issuer's constraints allow all. */
function refused(sides: Parameters<typeof nameConstraints>[0], names: Names): string | undefined {
  const issuer = { name: name('ca'), key };
  const constrained = makeCertificate({ subject: name('ca'), key, issuer, extensions: [nameConstraints(sides)] }, ops);
  const extensions = names.alternative === undefined ? [] : [subjectAltName(...names.alternative)];
  const leaf = makeCertificate({ subject: names.subject ?? name(), key, issuer, extensions }, ops);
  const constraints = new NameConstraintSet(new Budget());
  constraints.add(constrained.nameConstraints);
  return constraints.firstRefusedName(leaf);
}

const permits = (base: Uint8Array, ...alternative: readonly Uint8Array[]): boolean =>
  refused({ permitted: [base] }, { alternative }) === undefined;
const excludes = (base: Uint8Array, ...alternative: readonly Uint8Array[]): boolean =>
  refused({ excluded: [base] }, { alternative }) !== undefined;

describe('constraints on host names', () => {
  it.each([
    ['example.cn', 'example.cn', true],
    ['example.cn', 'www.example.cn', true],
    ['example.cn', 'EXAMPLE.CN', true],
    ['example.cn', 'badexample.cn', false],
    ['example.cn', 'cn', false],
    ['example.cn', '*.example.cn', true],
    ['www.example.cn', '*.example.cn', false],
    ['', 'anything.test', true],
    ['.example.cn', 'www.example.cn', false],
    ['*.example.cn', 'www.example.cn', false],
    ['example.cn', 'not a name', false],
  ])('%j permits %j: %s', (base, host, expected) => {
    expect(permits(dns(base), dns(host))).toBe(expected);
  });

  it.each([
    ['example.cn', 'www.example.cn', true],
    ['example.cn', 'example.com', false],
    ['www.example.cn', '*.example.cn', true],
    ['a.www.example.cn', '*.example.cn', false],
    ['example.cn', '*.example.cn', true],
    ['', 'anything.test', true],
    ['example.cn', 'not a name', true],
    ['.example.cn', 'example.com', true],
  ])('%j excludes %j: %s', (base, host, expected) => {
    expect(excludes(dns(base), dns(host))).toBe(expected);
  });

  it('bind every name, and one common name that looks like a host when there is no other', () => {
    const permitted = [dns('example.cn')];
    expect(refused({ permitted }, { alternative: [dns('a.example.cn'), dns('b.test')] })).toBe('b.test');
    expect(refused({ permitted }, { subject: name('www.evil.test') })).toBe('www.evil.test');
    expect(refused({ permitted }, { subject: name('甲公司') })).toBeUndefined();
    expect(
      refused({ permitted }, { subject: name('www.evil.test'), alternative: [dns('a.example.cn')] }),
    ).toBeUndefined();
  });

  it('let the excluded outweigh the permitted', () => {
    const sides = { permitted: [dns('example.cn')], excluded: [dns('secret.example.cn')] };
    expect(refused(sides, { alternative: [dns('www.example.cn')] })).toBeUndefined();
    expect(refused(sides, { alternative: [dns('a.secret.example.cn')] })).toBe('a.secret.example.cn');
  });

  it('leave names of other kinds alone', () => {
    expect(permits(dns('example.cn'), ip(192, 0, 2, 1), email('a@b.test'))).toBe(true);
  });
});

describe('constraints on mailboxes', () => {
  it.each([
    ['example.cn', 'a@example.cn', true],
    ['example.cn', 'a@sub.example.cn', false],
    ['.example.cn', 'a@sub.example.cn', true],
    ['.example.cn', 'a@example.cn', false],
    ['a@example.cn', 'a@EXAMPLE.cn', true],
    ['a@example.cn', 'A@example.cn', false],
    ['a@example.cn', 'b@example.cn', false],
    ['example.cn', 'a@b@example.cn', false],
    ['exa mple', 'a@example.cn', false],
  ])('%j permits %j: %s', (base, mailbox, expected) => {
    expect(permits(email(base), email(mailbox))).toBe(expected);
  });

  it('bind addresses in the subject and internationalised ones', () => {
    expect(refused({ permitted: [email('example.cn')] }, { subject: name([oids.emailAddress, 'a@evil.test']) })).toBe(
      'a@evil.test',
    );
    const smtpUtf8 = derExplicit(0, derOid('1.3.6.1.5.5.7.8.9'), derExplicit(0, derUtf8String('甲@example.cn')));
    expect(permits(email('example.cn'), smtpUtf8)).toBe(false);
    expect(excludes(email('example.cn'), smtpUtf8)).toBe(true);
  });
});

describe('constraints on addresses', () => {
  it.each([
    [[192, 0, 2, 0, 255, 255, 255, 0], [192, 0, 2, 200], true],
    [[192, 0, 2, 0, 255, 255, 255, 0], [192, 0, 3, 1], false],
    [[0, 0, 0, 0, 0, 0, 0, 0], [10, 1, 1, 1], true],
    [[192, 0, 2, 0, 255, 255, 255, 0], new Array<number>(16).fill(0), false],
  ])('%j permits %j: %s', (base, address, expected) => {
    expect(permits(ip(...base), ip(...address))).toBe(expected);
  });

  it('exclude by family', () => {
    const everyIpv4 = ip(0, 0, 0, 0, 0, 0, 0, 0);
    expect(excludes(everyIpv4, ip(10, 0, 0, 1))).toBe(true);
    expect(excludes(everyIpv4, ip(...new Array<number>(16).fill(1)))).toBe(false);
  });
});

describe('constraints on URIs', () => {
  it.each([
    ['example.cn', 'https://example.cn/path', true],
    ['example.cn', 'https://user@example.cn:8443', true],
    ['example.cn', 'https://www.example.cn/', false],
    ['.example.cn', 'https://www.example.cn/', true],
    ['example.cn', 'https://192.0.2.1/', false],
    ['example.cn', 'urn:example:cn', false],
    ['example.cn', 'https://example.cn@evil.test/', false],
  ])('%j permits %j: %s', (base, text, expected) => {
    expect(permits(uri(base), uri(text))).toBe(expected);
  });
});

describe('constraints on distinguished names', () => {
  const cn = [oids.countryName, 'CN'] as const;
  const permitted = [directory(name(cn, [oids.organizationName, '甲公司']))];

  it('bind the subject, ignoring case and spaces', () => {
    expect(
      refused({ permitted }, { subject: name([oids.countryName, 'cn'], [oids.organizationName, ' 甲公司 '], '张三') }),
    ).toBeUndefined();
    expect(refused({ permitted }, { subject: name(cn, [oids.organizationName, '乙公司'], '张三') })).toContain(
      '乙公司',
    );
    expect(refused({ permitted }, { subject: name(cn) })).toBe('CN');
    expect(refused({ permitted }, { subject: name('张三', [oids.organizationName, '甲公司'], cn) })).toContain('张三');
  });

  it('bind alternative names and spare an empty subject', () => {
    expect(refused({ permitted }, { alternative: [directory(name(cn, [oids.organizationName, '乙公司']))] })).toContain(
      '乙公司',
    );
    expect(refused({ permitted }, {})).toBeUndefined();
  });
});

describe('constraints of a kind we do not process', () => {
  it('refuse a name of that kind and no other', () => {
    const base = registeredId('1.2.3.4');
    expect(permits(base, registeredId('1.2.3.4'))).toBe(false);
    expect(excludes(base, registeredId('1.9.9.9'))).toBe(true);
    expect(permits(base, dns('example.cn'))).toBe(true);
  });

  it('are kept apart by issuer: each must allow the name', () => {
    const issuer = { name: name('ca'), key };
    const constrainedTo = (...bases: readonly Uint8Array[]): ReturnType<typeof makeCertificate> =>
      makeCertificate({ subject: name('ca'), key, issuer, extensions: [nameConstraints({ permitted: bases })] }, ops);
    const constraints = new NameConstraintSet(new Budget());
    constraints.add(constrainedTo(dns('example.cn'), dns('example.test')).nameConstraints);
    constraints.add(constrainedTo(dns('www.example.cn')).nameConstraints);
    constraints.add(undefined);
    const leaf = (host: string): ReturnType<typeof makeCertificate> =>
      makeCertificate({ subject: name(), key, issuer, extensions: [subjectAltName(dns(host))] }, ops);
    expect(constraints.firstRefusedName(leaf('www.example.cn'))).toBeUndefined();
    expect(constraints.firstRefusedName(leaf('mail.example.cn'))).toBe('mail.example.cn');
    expect(constraints.firstRefusedName(leaf('example.test'))).toBe('example.test');
  });
});

it('a name constraint that is an empty sequence does not parse', () => {
  expect(() => refused({}, {})).toFailWith('ERR_X509_MALFORMED');
});
