import { describe, expect, it } from 'vitest';
import {
  buildCertificate,
  commonName,
  exampleSpki,
  extension,
  withExtensions,
} from '../../test/x509/certificate-builder.ts';
import { oids } from '../asn1/oid-registry.ts';
import {
  derBitString,
  derBoolean,
  derExplicit,
  derIa5String,
  derImplicit,
  derInteger,
  derNamedBits,
  derNull,
  derOctetString,
  derOid,
  derSequence,
  derSetOf,
  derUtf8String,
  derValue,
} from '../asn1/writer.ts';
import { concatBytes } from '../bytes/compare.ts';
import { fromHex } from '../bytes/hex.ts';
import { utf8Encode } from '../bytes/utf8.ts';
import type { ErrorCode } from '../errors/registry.ts';
import type { Certificate } from './certificate.ts';
import { checkCertificateEncoding } from './check-encoding.ts';
import { parseCertificate } from './parse-certificate.ts';

const holding = (oid: string, value: Uint8Array): Certificate =>
  parseCertificate(withExtensions(extension(oid, value)));
const content = new Uint8Array(0);
const dns = (text: string): Uint8Array => derImplicit(2, utf8Encode(text));
const uri = (text: string): Uint8Array => derImplicit(6, utf8Encode(text));

describe('extensions', () => {
  it('freshestCRL, subjectInfoAccess', () => {
    const point = derSequence(derExplicit(0, derExplicit(0, uri('http://crl.example/delta'))));
    expect(holding(oids.freshestCrl, derSequence(point)).freshestCrl).toMatchObject([
      { name: { kind: 'full', names: [{ kind: 'uri', value: 'http://crl.example/delta' }] }, reasons: undefined },
    ]);
    const access = derSequence(derSequence(derOid('1.3.6.1.5.5.7.48.5'), uri('http://ca.example/')));
    expect(holding(oids.subjectInfoAccess, access).subjectInfoAccess).toMatchObject([
      { method: '1.3.6.1.5.5.7.48.5', location: { kind: 'uri', value: 'http://ca.example/' } },
    ]);
  });

  it('subjectDirectoryAttributes', () => {
    const attribute = derSequence(derOid('1.3.6.1.5.5.7.9.4'), derSetOf(derUtf8String('CN')));
    expect(holding(oids.subjectDirectoryAttributes, derSequence(attribute)).subjectDirectoryAttributes).toEqual([
      { type: '1.3.6.1.5.5.7.9.4', values: [derUtf8String('CN')] },
    ]);
    for (const odd of [derSequence(), derSequence(derSequence(derOid('1.2.3'), derSetOf()))])
      expect(() => checkCertificateEncoding(holding(oids.subjectDirectoryAttributes, odd))).toFailWith(
        'ERR_X509_MALFORMED',
      );
  });

  it('privateKeyUsagePeriod', () => {
    const [from, until] = ['20260101000000Z', '20270101000000Z'].map((text) => utf8Encode(text));
    const both = derSequence(derImplicit(0, from ?? content), derImplicit(1, until ?? content));
    expect(holding(oids.privateKeyUsagePeriod, both).privateKeyUsagePeriod).toEqual({
      notBefore: new Date('2026-01-01T00:00:00Z'),
      notAfter: new Date('2027-01-01T00:00:00Z'),
    });
    const end = derSequence(derImplicit(1, until ?? content));
    expect(holding(oids.privateKeyUsagePeriod, end).privateKeyUsagePeriod?.notBefore).toBeUndefined();
    for (const odd of [derSequence(), derSequence(derImplicit(0, utf8Encode('2026')))])
      expect(() => checkCertificateEncoding(holding(oids.privateKeyUsagePeriod, odd))).toFailWith(
        odd.length === 2 ? 'ERR_X509_MALFORMED' : 'ERR_DER_VALUE_INVALID',
      );
  });

  it('basicConstraints', () => {
    expect(holding(oids.basicConstraints, derSequence()).basicConstraints).toEqual({
      ca: false,
      pathLength: undefined,
    });
    expect(holding(oids.basicConstraints, derSequence(derBoolean(false))).basicConstraints?.ca).toBe(false);
    expect(holding(oids.basicConstraints, derSequence(derBoolean(true), derInteger(3))).basicConstraints).toEqual({
      ca: true,
      pathLength: 3,
    });
  });

  it('keyUsage, with and without trailing zero bits', () => {
    expect([...(holding(oids.keyUsage, derNamedBits([0, 1])).keyUsage ?? [])]).toEqual([
      'digitalSignature',
      'nonRepudiation',
    ]);
    expect([...(holding(oids.keyUsage, derBitString(Uint8Array.of(0x06))).keyUsage ?? [])]).toEqual([
      'keyCertSign',
      'cRLSign',
    ]);
    expect(holding(oids.keyUsage, derNamedBits([8])).keyUsage?.has('decipherOnly')).toBe(true);
    expect(holding(oids.keyUsage, derNamedBits([])).keyUsage?.size).toBe(0);
  });

  it('extendedKeyUsage', () => {
    const value = derSequence(derOid(oids.serverAuth), derOid('1.2.3'));
    expect(holding(oids.extendedKeyUsage, value).extendedKeyUsage).toEqual([oids.serverAuth, '1.2.3']);
  });

  it('key identifiers', () => {
    expect(holding(oids.subjectKeyIdentifier, derOctetString(Uint8Array.of(7))).subjectKeyIdentifier).toEqual(
      Uint8Array.of(7),
    );
    const issuer = derExplicit(1, derExplicit(4, commonName('CA')));
    const value = derSequence(derImplicit(0, Uint8Array.of(7)), issuer, derImplicit(2, Uint8Array.of(0, 0x99)));
    expect(holding(oids.authorityKeyIdentifier, value).authorityKeyIdentifier).toMatchObject({
      keyIdentifier: Uint8Array.of(7),
      authorityCertIssuer: [{ kind: 'directory' }],
      authorityCertSerialNumber: '99',
    });
    expect(holding(oids.authorityKeyIdentifier, derSequence()).authorityKeyIdentifier?.keyIdentifier).toBeUndefined();
  });

  it('alternative names of every kind', () => {
    const value = derSequence(
      dns('*.example.cn'),
      derImplicit(1, utf8Encode('a@example.cn')),
      uri('https://example.cn/'),
      derImplicit(7, Uint8Array.of(127, 0, 0, 1)),
      derExplicit(4, commonName('x')),
      derImplicit(8, Uint8Array.of(0x2a, 3)),
      derExplicit(0, derOid(oids.userPrincipalName), derExplicit(0, derUtf8String('u'))),
      derExplicit(3, derNull()),
      derExplicit(5, derNull()),
    );
    expect(holding(oids.subjectAltName, value).subjectAltName).toMatchObject([
      { kind: 'dns', value: '*.example.cn' },
      { kind: 'email', value: 'a@example.cn' },
      { kind: 'uri', value: 'https://example.cn/' },
      { kind: 'ip', bytes: Uint8Array.of(127, 0, 0, 1) },
      { kind: 'directory', name: { rdns: [[{ value: 'x' }]] } },
      { kind: 'registered-id', oid: '1.2.3' },
      { kind: 'other', oid: oids.userPrincipalName },
      { kind: 'x400' },
      { kind: 'edi-party' },
    ]);
    expect(holding(oids.issuerAltName, derSequence(dns('x'))).issuerAltName).toHaveLength(1);
  });

  it('nameConstraints', () => {
    const subtree = (...parts: readonly Uint8Array[]): Uint8Array => derSequence(...parts);
    const address = derImplicit(7, fromHex('0a000000ff800000'));
    const value = derSequence(
      derExplicit(0, subtree(dns('cn')), subtree(address)),
      derExplicit(1, subtree(dns('x'), derImplicit(0, Uint8Array.of(0)))),
    );
    expect(holding(oids.nameConstraints, value).nameConstraints).toMatchObject({
      permitted: [
        { kind: 'dns', value: 'cn' },
        { kind: 'ip', bytes: fromHex('0a000000ff800000') },
      ],
      excluded: [{ kind: 'dns', value: 'x' }],
    });
  });

  it('policies, their qualifiers, mappings and limits', () => {
    const cps = derSequence(derOid(oids.cpsQualifier), derIa5String('http://c'));
    const reference = derSequence(derUtf8String('机构'), derSequence(derInteger(1)));
    const notice = derSequence(derOid(oids.userNoticeQualifier), derSequence(reference, derUtf8String('声明')));
    const other = derSequence(derOid('1.2.3'), derNull());
    const value = derSequence(
      derSequence(derOid('1.2.4'), derSequence(cps, notice, other)),
      derSequence(derOid('1.2.5')),
    );
    expect(holding(oids.certificatePolicies, value).certificatePolicies).toMatchObject([
      {
        policy: '1.2.4',
        qualifiers: [
          { kind: 'cps', uri: 'http://c' },
          { kind: 'user-notice', explicitText: '声明', noticeRef: { organization: '机构', numbers: [1n] } },
          { kind: 'unknown', oid: '1.2.3' },
        ],
      },
      { policy: '1.2.5', qualifiers: [] },
    ]);
    const mapping = derSequence(derSequence(derOid('1.2.3'), derOid('1.2.4')));
    expect(holding(oids.policyMappings, mapping).policyMappings).toEqual([
      { issuerDomainPolicy: '1.2.3', subjectDomainPolicy: '1.2.4' },
    ]);
    const limits = derSequence(derImplicit(0, Uint8Array.of(0)), derImplicit(1, Uint8Array.of(5)));
    expect(holding(oids.policyConstraints, limits).policyConstraints).toEqual({
      requireExplicitPolicy: 0,
      inhibitPolicyMapping: 5,
    });
    expect(holding(oids.inhibitAnyPolicy, derInteger(2)).inhibitAnyPolicy).toBe(2);
  });

  it('distribution points and access descriptions', () => {
    const full = derExplicit(0, derExplicit(0, uri('http://crl')));
    const relative = derExplicit(0, derExplicit(1, derSequence(derOid(oids.commonName), derUtf8String('x'))));
    const reasons = derImplicit(1, Uint8Array.of(1, 0x42));
    const issuer = derExplicit(2, derExplicit(4, commonName('CRL')));
    const value = derSequence(derSequence(full), derSequence(relative, reasons, issuer));
    expect(holding(oids.crlDistributionPoints, value).crlDistributionPoints).toMatchObject([
      { name: { kind: 'full', names: [{ value: 'http://crl' }] }, reasons: undefined, crlIssuer: undefined },
      {
        name: { kind: 'relative', rdn: [{ value: 'x' }] },
        reasons: new Set(['keyCompromise', 'certificateHold']),
        crlIssuer: [{ kind: 'directory' }],
      },
    ]);
    const access = derSequence(derSequence(derOid(oids.ocspAccess), uri('http://o')));
    expect(holding(oids.authorityInfoAccess, access).authorityInfoAccess).toEqual([
      { method: oids.ocspAccess, location: { kind: 'uri', value: 'http://o' } },
    ]);
  });

  it('are decoded once and shared', () => {
    const certificate = holding(oids.extendedKeyUsage, derSequence(derOid('1.2.3')));
    expect(certificate.extendedKeyUsage).toBe(certificate.extendedKeyUsage);
  });
});

const malformed: readonly (readonly [string, string, Uint8Array, ErrorCode])[] = [
  [
    'basicConstraints with a negative path length',
    oids.basicConstraints,
    derSequence(derBoolean(true), derInteger(-1)),
    'ERR_DER_VALUE_INVALID',
  ],
  [
    'basicConstraints with a third field',
    oids.basicConstraints,
    derSequence(derBoolean(true), derInteger(1), derNull()),
    'ERR_X509_MALFORMED',
  ],
  [
    'basicConstraints followed by more',
    oids.basicConstraints,
    concatBytes(derSequence(), derNull()),
    'ERR_DER_TRAILING_DATA',
  ],
  ['an empty extension', oids.basicConstraints, new Uint8Array(0), 'ERR_DER_TRUNCATED'],
  [
    'keyUsage with unused bits that are set',
    oids.keyUsage,
    derBitString(Uint8Array.of(0xff), 1),
    'ERR_DER_VALUE_INVALID',
  ],
  ['no extended key usage', oids.extendedKeyUsage, derSequence(), 'ERR_X509_MALFORMED'],
  [
    'an authority serial number without issuer',
    oids.authorityKeyIdentifier,
    derSequence(derImplicit(2, Uint8Array.of(1))),
    'ERR_X509_MALFORMED',
  ],
  ['no alternative name', oids.subjectAltName, derSequence(), 'ERR_X509_MALFORMED'],
  [
    'an alternative name of no kind',
    oids.subjectAltName,
    derSequence(derImplicit(9, Uint8Array.of(1))),
    'ERR_X509_MALFORMED',
  ],
  ['a host name in UTF-8', oids.subjectAltName, derSequence(dns('例.cn')), 'ERR_DER_VALUE_INVALID'],
  ['an address of 5 bytes', oids.subjectAltName, derSequence(derImplicit(7, new Uint8Array(5))), 'ERR_X509_MALFORMED'],
  [
    'an address with a mask where none belongs',
    oids.subjectAltName,
    derSequence(derImplicit(7, new Uint8Array(8))),
    'ERR_X509_MALFORMED',
  ],
  ['no name constraint', oids.nameConstraints, derSequence(), 'ERR_X509_MALFORMED'],
  ['empty permitted subtrees', oids.nameConstraints, derSequence(derExplicit(0)), 'ERR_X509_MALFORMED'],
  [
    'a mask with a hole',
    oids.nameConstraints,
    derSequence(derExplicit(0, derSequence(derImplicit(7, fromHex('0a000000ff00ff00'))))),
    'ERR_X509_MALFORMED',
  ],
  [
    'a constraint without mask',
    oids.nameConstraints,
    derSequence(derExplicit(0, derSequence(derImplicit(7, fromHex('0a000000'))))),
    'ERR_X509_MALFORMED',
  ],
  [
    'a minimum that is not 0',
    oids.nameConstraints,
    derSequence(derExplicit(0, derSequence(dns('x'), derImplicit(0, Uint8Array.of(1))))),
    'ERR_X509_MALFORMED',
  ],
  [
    'a maximum',
    oids.nameConstraints,
    derSequence(derExplicit(0, derSequence(dns('x'), derImplicit(1, Uint8Array.of(1))))),
    'ERR_X509_MALFORMED',
  ],
  ['no policy', oids.certificatePolicies, derSequence(), 'ERR_X509_MALFORMED'],
  [
    'the same policy twice',
    oids.certificatePolicies,
    derSequence(derSequence(derOid('1.2.3')), derSequence(derOid('1.2.3'))),
    'ERR_X509_MALFORMED',
  ],
  ['no mapping', oids.policyMappings, derSequence(), 'ERR_X509_MALFORMED'],
  ['empty policy constraints', oids.policyConstraints, derSequence(), 'ERR_X509_MALFORMED'],
  ['a negative inhibitAnyPolicy', oids.inhibitAnyPolicy, derInteger(-1), 'ERR_DER_VALUE_INVALID'],
  ['no distribution point', oids.crlDistributionPoints, derSequence(), 'ERR_X509_MALFORMED'],
  [
    'a distribution point of reasons only',
    oids.crlDistributionPoints,
    derSequence(derSequence(derImplicit(1, Uint8Array.of(1, 2)))),
    'ERR_X509_MALFORMED',
  ],
  ['no access description', oids.authorityInfoAccess, derSequence(), 'ERR_X509_MALFORMED'],
];

describe('malformed extensions', () => {
  it.each(malformed)('%s is refused when decoded, not when parsed', (_, oid, value, code) => {
    const certificate = holding(oid, value);
    expect(() => checkCertificateEncoding(certificate)).toFailWith(code);
  });

  it('and a key that is none are found by the check of the whole', () => {
    const spki = exampleSpki.slice();
    spki[spki.length - 1] = 0;
    expect(() => checkCertificateEncoding(parseCertificate(buildCertificate({ spki })))).toFailWith(
      'ERR_CRYPTO_KEY_INVALID',
    );
    expect(() =>
      checkCertificateEncoding(
        parseCertificate(
          buildCertificate({
            subject: derSequence(
              derValue(0x31, derSequence(derOid(oids.commonName), derValue(0x1e, Uint8Array.of(1)))),
            ),
          }),
        ),
      ),
    ).toFailWith('ERR_X509_MALFORMED');
  });
});
