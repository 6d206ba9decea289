import { derExplicit, derImplicit, derPrintableString, derUtf8String, oids } from '@onelock/core/asn1';
import { utf8Encode } from '@onelock/core/bytes';
import { createNodeCrypto } from '@onelock/core/crypto/node';
import type { Certificate } from '@onelock/core/x509';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ownCertificate } from '../../test/support/certificates.ts';
import { extension, keyRing, makeCertificate, name } from '../../test/support/test-ca.ts';
import { chineseExtensions } from './chinese-extensions.ts';
import { creditCodeCheckDigitValid, normaliseCreditCode } from './credit-code.ts';
import { extensionText } from './extension-text.ts';
import { subjectIdentity } from './find-identity.ts';
import { type IdentityMapping, identityMappings } from './identity-mapping.ts';
import { residentIdCheckDigitValid } from './resident-id.ts';

const ops = createNodeCrypto();
const key = keyRing(ops)('identity');

/** Has the shape and a wrong check character. */
const code = '91520100MA6ABCDE1L';
const residentIdWithWrongCheck = '110105194912310020';

function certificate(subject: Uint8Array, ...extensions: readonly Uint8Array[]): Certificate {
  return makeCertificate({ subject, key, issuer: { name: name('ca'), key }, extensions }, ops);
}

describe('the extensions of GM/T 0015 and GB/T 20518', () => {
  it('are all read, under their present and their older identifiers', () => {
    const texts = {
      [oids.identifyCode]: derExplicit(0, derPrintableString('110105194912310020')),
      [oids.insuranceNumber]: derPrintableString('SB-1'),
      [oids.icRegistrationNumber]: derPrintableString('520100000000001'),
      [oids.organizationCode]: derPrintableString(code),
      [oids.taxationNumber]: derPrintableString('520102000000001'),
      [oids.legacyTaxationNumber]: derUtf8String('旧税号'),
      [oids.draftInsuranceNumber]: utf8Encode('bare text'),
    };
    const holder = certificate(name('x'), ...Object.entries(texts).map(([oid, value]) => extension(oid, false, value)));
    expect(chineseExtensions(holder)).toMatchObject([
      { name: 'identifyCode', text: '110105194912310020', alternative: 0, personal: true },
      { name: 'insuranceNumber', text: 'SB-1', personal: true },
      { name: 'insuranceNumber', oid: oids.draftInsuranceNumber, text: 'bare text', personal: true },
      { name: 'icRegistrationNumber', text: '520100000000001', personal: false },
      { name: 'organizationCode', text: code, personal: false },
      { name: 'taxationNumber', text: '520102000000001', personal: false },
      { name: 'taxationNumber', oid: oids.legacyTaxationNumber, text: '旧税号', personal: false },
    ]);
  });
});

describe('a 统一社会信用代码', () => {
  it('has the check character of GB 32100', () => {
    // The example that explanations of the code are given with.
    expect(creditCodeCheckDigitValid('91350100M000100Y43')).toBe(true);
    expect(creditCodeCheckDigitValid('91350100M000100Y44')).toBe(false);
  });

  it('fails with any one character changed', () => {
    const good = '91350100M000100Y43';
    for (let index = 0; index < good.length; index++)
      for (const other of '0123456789ABCDEFGHJKLMNPQRTUWXY')
        if (other !== good[index])
          expect(creditCodeCheckDigitValid(good.slice(0, index) + other + good.slice(index + 1))).toBe(false);
  });

  it('is read with spaces, hyphens and small letters, and has no I, O, S, V or Z', () => {
    expect(normaliseCreditCode(' 9135 0100-m000100y43')).toBe('91350100M000100Y43');
    expect(normaliseCreditCode('91350100M000100O43')).toBeUndefined();
    expect(normaliseCreditCode('91350100M000100Y4')).toBeUndefined();
    expect(normaliseCreditCode('某某有限公司')).toBeUndefined();
  });

  it('is known in full width and among invisible characters, and takes no other letter for one of its own', () => {
    expect(normaliseCreditCode('９１３５０１００Ｍ０００１００ｙ４３')).toBe('91350100M000100Y43');
    expect(normaliseCreditCode('\u200b9135\u30000100\ufeffM000100Y43\u200e')).toBe('91350100M000100Y43');
    for (const alike of ['I', 'O', 'S', 'V', 'Z', 'О', 'Ⅹ', '①', 'ſ', 'ﬀ', '٣'])
      expect(normaliseCreditCode(`91350100M00010${alike}Y43`), alike).toBeUndefined();
  });
});

describe('a 公民身份号码', () => {
  it('has the check character of GB 11643', () => {
    expect(residentIdCheckDigitValid('11010519491231002X')).toBe(true);
    expect(residentIdCheckDigitValid('110105194912310020')).toBe(false);
    expect(residentIdCheckDigitValid('110105491231002')).toBeNull();
    expect(residentIdCheckDigitValid('not a number')).toBe(false);
  });
});

describe('who a certificate is about', () => {
  const good = '91350100M000100Y43';
  const text = derPrintableString(good);

  it.each<[string, string, Certificate]>([
    [
      'organizationCode',
      'extension-organization-code',
      certificate(name('甲公司'), extension(oids.organizationCode, false, text)),
    ],
    [
      'organizationCode without any DER around the text',
      'extension-organization-code',
      certificate(name('甲公司'), extension(oids.organizationCode, false, utf8Encode(good))),
    ],
    [
      'icRegistrationNumber',
      'extension-registration-number',
      certificate(name('甲公司'), extension(oids.icRegistrationNumber, false, text)),
    ],
    [
      'the older extension',
      'extension-legacy',
      certificate(name('甲公司'), extension(oids.legacyOrganizationCode, false, text)),
    ],
    ['serialNumber', 'subject-serial-number', certificate(name([oids.serialNumber, good]))],
    [
      'organizationIdentifier',
      'subject-organization-identifier',
      certificate(name([oids.organizationIdentifier, `NTRCN-${good}`])),
    ],
    ['the organisational unit', 'subject-organization-unit', certificate(name([oids.organizationalUnitName, good]))],
    ['the organisation itself', 'subject-organization', certificate(name([oids.organizationName, good]))],
    ['uniqueIdentifier', 'subject-unique-identifier', certificate(name([oids.uniqueIdentifier, good]))],
    ['a common name of CFCA', 'subject-common-name', certificate(name(`041@0${good}@甲公司@00000001`))],
  ])('is told by %s', (_title, source, subject) => {
    expect(subjectIdentity(subject).unifiedSocialCreditCode).toEqual({ value: good, checkDigitValid: true, source });
  });

  it('prefers a code whose check character is right', () => {
    const wrong = extension(oids.organizationCode, false, derPrintableString(code));
    const found = subjectIdentity(certificate(name([oids.serialNumber, good]), wrong)).unifiedSocialCreditCode;
    expect(creditCodeCheckDigitValid(code)).toBe(false);
    expect(found?.source).toBe('subject-serial-number');
    expect(subjectIdentity(certificate(name('甲公司'), wrong)).unifiedSocialCreditCode).toMatchObject({
      checkDigitValid: false,
    });
  });

  it('does not take a person’s number for a company’s', () => {
    const valid = '11010519491231002X';
    expect(subjectIdentity(certificate(name([oids.serialNumber, valid]))).unifiedSocialCreditCode).toBeNull();
  });

  it.each([
    ['EXPLICIT', derExplicit(0, derPrintableString('11010519491231002X')), 'resident-id', true],
    ['IMPLICIT', derImplicit(0, utf8Encode('11010519491231002X')), 'resident-id', true],
    [
      'with a wrong check character',
      derExplicit(0, derPrintableString(residentIdWithWrongCheck)),
      'resident-id',
      false,
    ],
    ['a passport', derExplicit(2, derPrintableString('E12345678')), 'passport', null],
    ['an officer’s card', derExplicit(1, derUtf8String('军字第001号')), 'military-id', null],
    ['a bare string', derPrintableString('11010519491231002X'), 'resident-id', true],
    ['a bare string of no known kind', derPrintableString('X1'), 'unknown', null],
  ])('reads identifyCode: %s', (_title, value, kind, checkDigitValid) => {
    const { person } = subjectIdentity(certificate(name('张三'), extension(oids.identifyCode, false, value)));
    expect(person.name).toBe('张三');
    expect(person.identifier).toMatchObject({ kind, checkDigitValid });
  });

  it('knows a company from a person', () => {
    const company = subjectIdentity(certificate(name([oids.organizationName, '甲公司'], '甲公司')));
    expect(company).toMatchObject({ organization: '甲公司', person: { name: null, identifier: null } });
    const named = subjectIdentity(certificate(name([oids.surname, '张'], [oids.givenName, '三'])));
    expect(named.person.name).toBe('张三');
  });

  it('is told by our own certificates', () => {
    const company = subjectIdentity(ownCertificate('sm2/leaf'));
    expect(company.organization).not.toBeNull();
    expect(company.unifiedSocialCreditCode?.checkDigitValid).toBe(true);
    expect(subjectIdentity(ownCertificate('sm2/person')).person.identifier?.kind).toBe('resident-id');
  });

  it('is nobody where nothing is said', () => {
    expect(subjectIdentity(certificate(name()))).toEqual({
      organization: null,
      unifiedSocialCreditCode: null,
      person: { name: null, identifier: null },
      commonName: null,
      country: null,
      province: null,
      locality: null,
    });
  });

  it('reads any bytes in an extension, or none', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 40 }), (bytes) => {
        const text_ = extensionText(bytes)?.text;
        expect(text_ === undefined || (text_.length > 0 && !/\p{Cc}/u.test(text_))).toBe(true);
      }),
    );
  });
});

describe('where a CA puts the code', () => {
  const good = '91350100M000100Y43';
  const other = '91520100MA6ABCDE1L';
  const issuedBy = (issuer: string, subject: Uint8Array, ...extensions: readonly Uint8Array[]): Certificate =>
    makeCertificate({ subject, key, issuer: { name: name([oids.organizationName, issuer]), key }, extensions }, ops);

  it('is data: a mapping of its own goes before the usual places', () => {
    const mapping: IdentityMapping = {
      authority: 'a province',
      issuer: { oid: oids.organizationName, contains: 'Province CA' },
      places: [{ source: 'extension-of-authority', in: 'extension', oids: ['1.2.3.4.5'], reading: 'whole' }],
      evidence: 'a test',
    };
    const vendor = extension('1.2.3.4.5', false, derUtf8String(good));
    const holder = issuedBy('The PROVINCE ca', name('甲公司', [oids.serialNumber, other]), vendor);
    expect(subjectIdentity(holder, [mapping]).unifiedSocialCreditCode).toEqual({
      value: good,
      checkDigitValid: true,
      source: 'extension-of-authority',
    });
    expect(subjectIdentity(holder, []).unifiedSocialCreditCode?.value).toBe(other);
    const foreign = issuedBy('Another CA', name('甲公司', [oids.serialNumber, other]), vendor);
    expect(subjectIdentity(foreign, [mapping]).unifiedSocialCreditCode?.value).toBe(other);
  });

  it('prefers the common name for CFCA, where the serial number may be another number', () => {
    const subject = name(`041@0${good}@甲公司@00000001`, [oids.serialNumber, other]);
    const cfca = issuedBy('China Financial Certification Authority', subject);
    expect(subjectIdentity(cfca).unifiedSocialCreditCode).toMatchObject({ value: good, source: 'subject-common-name' });
  });

  it('names for each CA where that is known from', () => {
    for (const { authority, evidence, places } of identityMappings) {
      expect(authority).not.toBe('');
      expect(evidence.length).toBeGreaterThan(20);
      expect(places.length).toBeGreaterThan(0);
    }
  });
});
