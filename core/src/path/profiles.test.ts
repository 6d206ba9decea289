import { derNull, derOctetString, derSequence, oids } from '@onelock/core/asn1';
import { createNodeCrypto } from '@onelock/core/crypto/node';
import type { Certificate } from '@onelock/core/x509';
import { describe, expect, it } from 'vitest';
import { anchor } from '../../test/support/certificates.ts';
import {
  basicConstraints,
  type CertificateSpec,
  extendedKeyUsage,
  extension,
  general,
  keyRing,
  keyUsage,
  makeCertificate,
  name,
  nameConstraints,
  subjectAltName,
} from '../../test/support/test-ca.ts';
import type { PathInput, PeerName } from './path-input.ts';
import type { ProfileName } from './profile.ts';
import { profiles } from './profiles.ts';
import { validatePath } from './validate-path.ts';

const ops = createNodeCrypto();
const key = keyRing(ops);
const at = new Date('2026-06-01T00:00:00Z');
const keyIdentifier = Uint8Array.from({ length: 20 }, (_, index) => index);
const subjectKeyIdentifier = extension(oids.subjectKeyIdentifier, false, derOctetString(keyIdentifier));
const authorityKeyIdentifier = extension(oids.authorityKeyIdentifier, false, derSequence(withTag0(keyIdentifier)));
const ca = [basicConstraints(), keyUsage(5, 6), subjectKeyIdentifier];
const server = [
  authorityKeyIdentifier,
  keyUsage(0),
  extendedKeyUsage(oids.serverAuth),
  subjectAltName(general.dns('www.example.cn'), general.ip(192, 0, 2, 1)),
];

function withTag0(bytes: Uint8Array): Uint8Array {
  return Uint8Array.of(0x80, bytes.length, ...bytes);
}

function issue(
  subject: string | Uint8Array,
  extensions: readonly Uint8Array[],
  options: Partial<CertificateSpec> = {},
): Certificate {
  const root = { name: name('root'), key: key('root') };
  const subjectName = typeof subject === 'string' ? name(subject) : subject;
  const ownKey = subject === 'root' ? key('root') : key('leaf');
  return makeCertificate({ subject: subjectName, key: ownKey, issuer: root, extensions, ...options }, ops);
}

const root = issue('root', ca);

function judge(leaf: Certificate, profile: ProfileName, input: Partial<PathInput> = {}): string {
  const { verdict } = validatePath(
    { leaf, intermediates: [], trustAnchors: [anchor(root)], at, profile, ...input },
    ops,
  );
  if (verdict.indication === 'passed') return 'passed';
  const { code, params } = verdict.reason;
  return code === 'ERR_PATH_PROFILE_VIOLATION' ? String(params.rule) : code;
}

describe('the profile of web servers', () => {
  const peer = (kind: PeerName['kind'], value: string): Partial<PathInput> => ({ peerName: { kind, value } });
  const without = (oid: Uint8Array): readonly Uint8Array[] => server.filter((each) => each !== oid);

  it('passes an ordinary certificate for its names and no other', () => {
    const leaf = issue('www.example.cn', server);
    expect(judge(leaf, 'tls-server', peer('dns', 'www.example.cn'))).toBe('passed');
    expect(judge(leaf, 'tls-server', peer('ip', '192.0.2.1'))).toBe('passed');
    expect(judge(leaf, 'tls-server', peer('dns', 'example.cn'))).toBe('ERR_PATH_PEER_NAME_MISMATCH');
    expect(judge(leaf, 'tls-server', peer('dns', '192.0.2.1'))).toBe('ERR_PATH_PEER_NAME_MISMATCH');
    expect(judge(leaf, 'tls-server', peer('ip', '192.0.2.2'))).toBe('ERR_PATH_PEER_NAME_MISMATCH');
  });

  it('never looks at the common name for a host', () => {
    const leaf = issue('www.example.cn', [authorityKeyIdentifier, keyUsage(0), extendedKeyUsage(oids.serverAuth)]);
    expect(judge(leaf, 'rfc5280', peer('dns', 'www.example.cn'))).toBe('ERR_PATH_PEER_NAME_MISMATCH');
    expect(judge(leaf, 'tls-server')).toBe('subject-alt-name-present');
  });

  it('matches a mailbox where one is expected', () => {
    const leaf = issue('mail', [subjectAltName(general.email('bid@example.cn'))]);
    expect(judge(leaf, 'rfc5280', peer('email', 'bid@EXAMPLE.cn'))).toBe('passed');
    expect(judge(leaf, 'rfc5280', peer('email', 'BID@example.cn'))).toBe('ERR_PATH_PEER_NAME_MISMATCH');
    expect(judge(leaf, 'rfc5280', peer('email', 'no mailbox'))).toBe('ERR_PATH_PEER_NAME_MISMATCH');
  });

  it.each<[string, string | Uint8Array, readonly Uint8Array[], string]>([
    ['a common name that is none of the names', 'www.evil.test', server, 'common-name-in-subject-alt-name'],
    [
      'a CA in the place of a server',
      'www.example.cn',
      [...without(server[1] ?? derNull()), basicConstraints(), subjectKeyIdentifier],
      'end-entity-not-ca',
    ],
    ['no extended key usage', 'www.example.cn', without(server[2] ?? derNull()), 'ERR_PATH_EXTENDED_KEY_USAGE'],
    [
      'any extended key usage',
      'www.example.cn',
      [...without(server[2] ?? derNull()), extendedKeyUsage(oids.anyExtendedKeyUsage)],
      'ERR_PATH_EXTENDED_KEY_USAGE',
    ],
    [
      'a usage that serves no server',
      'www.example.cn',
      [...without(server[1] ?? derNull()), keyUsage(1)],
      'ERR_PATH_KEY_USAGE',
    ],
  ])('refuses %s', (_title, subject, extensions, expected) => {
    expect(judge(issue(subject, extensions), 'tls-server')).toBe(expected);
  });
});

describe('the strict profile of RFC 5280', () => {
  const plain = [authorityKeyIdentifier];

  it('passes what conforms', () => {
    expect(judge(issue('leaf', plain), 'rfc5280-strict')).toBe('passed');
  });

  it.each<[string, Certificate, string]>([
    ['no authority key identifier', issue('leaf', []), 'authority-key-identifier-present'],
    ['a negative serial number', issue('leaf', plain, { serial: -1 }), 'serial-number-range'],
    ['a serial number of zero', issue('leaf', plain, { serial: 0 }), 'serial-number-range'],
    ['certificate signing without CA', issue('leaf', [...plain, keyUsage(5)]), 'cert-sign-only-in-ca'],
    ['key usage without any bit', issue('leaf', [...plain, keyUsage()]), 'key-usage-not-empty'],
    [
      'name constraints in a leaf',
      issue('leaf', [...plain, nameConstraints({ excluded: [general.dns('x.test')] })]),
      'name-constraints-only-in-ca',
    ],
    [
      'a malformed alternative name',
      issue('leaf', [...plain, subjectAltName(general.dns('not a host'))]),
      'subject-alt-name-well-formed',
    ],
    [
      'no subject and alternative names not critical',
      issue(name(), [...plain, subjectAltName(general.dns('x.test'))]),
      'subject-alt-name-critical-without-subject',
    ],
    [
      'a critical key identifier',
      issue('leaf', [extension(oids.authorityKeyIdentifier, true, derSequence(withTag0(keyIdentifier)))]),
      'authority-key-identifier-not-critical',
    ],
    [
      'an extension that does not decode',
      issue('leaf', [...plain, extension(oids.authorityInfoAccess, false, derSequence())]),
      'ERR_X509_MALFORMED',
    ],
  ])('refuses %s, which the plain profile passes over', (_title, leaf, expected) => {
    expect(judge(leaf, 'rfc5280-strict')).toBe(expected);
    expect(judge(leaf, 'rfc5280')).toBe('passed');
  });

  it('refuses a CA that does not say so critically', () => {
    const lax = issue('root', [
      extension(oids.basicConstraints, false, basicConstraintsValue()),
      keyUsage(5),
      subjectKeyIdentifier,
    ]);
    const input = { trustAnchors: [anchor(lax)] };
    expect(judge(issue('leaf', plain), 'rfc5280-strict', input)).toBe('basic-constraints-critical-in-ca');
    expect(judge(issue('leaf', plain), 'rfc5280', input)).toBe('passed');
  });

  function basicConstraintsValue(): Uint8Array {
    return Uint8Array.of(0x30, 0x03, 0x01, 0x01, 0xff);
  }
});

describe('the profiles of bidding', () => {
  const sm2 = keyRing(ops, { kind: 'sm2' });
  const issuer = { name: name('sm2 root'), key: sm2('root') };
  const sm2Root = makeCertificate({ subject: issuer.name, key: issuer.key, issuer, extensions: ca }, ops);
  const leafWith = (...extensions: readonly Uint8Array[]): Certificate =>
    makeCertificate({ subject: name('甲公司'), key: sm2('leaf'), issuer, extensions }, ops);
  const trustAnchors = [anchor(sm2Root)];

  it('want a signing certificate for signing and an encryption certificate for encryption', () => {
    expect(judge(leafWith(keyUsage(0, 1)), 'gm-sign', { trustAnchors })).toBe('passed');
    expect(judge(leafWith(keyUsage(2, 3, 4)), 'gm-encrypt', { trustAnchors })).toBe('passed');
    expect(judge(leafWith(keyUsage(2, 3, 4)), 'gm-sign', { trustAnchors })).toBe('ERR_PATH_KEY_USAGE');
    expect(judge(leafWith(keyUsage(2, 3, 4)), 'bidding', { trustAnchors })).toBe('ERR_PATH_KEY_USAGE');
  });

  it('want the national certificates to say what they are for; older ones may be silent', () => {
    expect(judge(leafWith(), 'gm-sign', { trustAnchors })).toBe('ERR_PATH_KEY_USAGE');
    expect(judge(leafWith(), 'bidding', { trustAnchors })).toBe('passed');
  });

  it('take no CA for a company, and only SM2 in the national ones', () => {
    expect(judge(leafWith(basicConstraints(), keyUsage(0, 5)), 'bidding', { trustAnchors })).toBe('end-entity-not-ca');
    expect(judge(issue('甲公司', [keyUsage(0)]), 'gm-sign')).toBe('ERR_PATH_ALGORITHM_WEAK');
    expect(judge(issue('甲公司', [keyUsage(0)]), 'bidding')).toBe('passed');
  });

  it('may be a profile of the caller’s own', () => {
    const own = { ...profiles.rfc5280, anchorValidity: 'ignored' } as const;
    const old = makeCertificate(
      { subject: issuer.name, key: issuer.key, issuer, extensions: ca, notAfter: new Date('2021-01-01') },
      ops,
    );
    const input = { leaf: leafWith(), intermediates: [], trustAnchors: [anchor(old)], at };
    expect(validatePath({ ...input, profile: own }, ops).verdict.indication).toBe('passed');
    expect(validatePath({ ...input, profile: 'rfc5280' }, ops).verdict.indication).toBe('failed');
  });
});
