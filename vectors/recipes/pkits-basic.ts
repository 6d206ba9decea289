import type { PkitsWorkshop } from './pkits-workshop.ts';
import { anchorName } from './pkits-workshop.ts';

export type Section = (shop: PkitsWorkshop) => void;

const organization = '/C=CN/O=OneLock Test Certificates';

/** 4.1 */
export const signatures: Section = (shop) => {
  shop.section('4.1 Signature Verification');
  shop.ca('good-ca', anchorName);
  shop.ee('good-ee', 'good-ca');
  shop.test('4.1.1', 'Valid Signatures', ['good-ca', 'good-ee'], 'VALID');
  shop.ca('bad-signed-ca', anchorName);
  shop.spoil('bad-signed-ca');
  shop.ee('ee-of-bad-signed-ca', 'bad-signed-ca');
  shop.test('4.1.2', 'Invalid CA Signature', ['bad-signed-ca', 'ee-of-bad-signed-ca'], 'INVALID');
  shop.ee('bad-signed-ee', 'good-ca');
  shop.spoil('bad-signed-ee');
  shop.test('4.1.3', 'Invalid EE Signature', ['good-ca', 'bad-signed-ee'], 'INVALID');
  shop.ee('rsa-ee', 'good-ca', { keyKind: 'rsa2048' });
  shop.test('4.1.4', 'Valid Signature over another kind of key', ['good-ca', 'rsa-ee'], 'VALID');
};

/** 4.2 */
export const validity: Section = (shop) => {
  shop.section('4.2 Validity Periods');
  const ca = (id: string, name: string, times: { notBefore?: string; notAfter?: string }): void => {
    shop.ca(name, anchorName, times);
    shop.ee(`ee-of-${name}`, name);
    shop.test(id, `Invalid ${name}`, [name, `ee-of-${name}`], 'INVALID');
  };
  ca('4.2.1', 'ca-not-before-later', { notBefore: '20330101000000Z' });
  const ee = (id: string, name: string, times: { notBefore?: string; notAfter?: string }, valid: boolean): void => {
    shop.ee(name, 'good-ca', times);
    shop.test(id, name, ['good-ca', name], valid ? 'VALID' : 'INVALID');
  };
  ee('4.2.2', 'ee-not-before-later', { notBefore: '20330101000000Z' }, false);
  ee('4.2.3', 'ee-not-before-1950', { notBefore: '19500101000000Z' }, true);
  ca('4.2.5', 'ca-not-after-earlier', { notAfter: '20250101000000Z' });
  ee('4.2.6', 'ee-not-after-earlier', { notAfter: '20250101000000Z' }, false);
  ee('4.2.7', 'ee-not-after-1999', { notBefore: '19980101000000Z', notAfter: '19990101000000Z' }, false);
  ee('4.2.8', 'ee-not-after-2050', { notAfter: '20500101000000Z' }, true);
};

/** 4.3: a twin of the CA, with its key and another name, issues the leaf. */
export const names: Section = (shop) => {
  shop.section('4.3 Verifying Name Chaining');
  const chained = (id: string, name: string, caSubject: string, issuerSubject: string, valid: boolean): void => {
    shop.ca(name, anchorName, { subject: caSubject });
    shop.ca(`${name}-twin`, anchorName, { subject: issuerSubject, key: name });
    shop.ee(`${name}-ee`, `${name}-twin`);
    shop.test(id, name, [name, `${name}-ee`], valid ? 'VALID' : 'INVALID');
  };
  const cn = (text: string): string => `${organization}/CN=${text}`;
  chained('4.3.1', 'name-chaining-ee', cn('Names CA one'), cn('Names CA other'), false);
  chained(
    '4.3.2',
    'name-chaining-order',
    '/C=CN/O=OneLock Test Certificates/OU=One/OU=Two/CN=Ordered CA',
    '/C=CN/O=OneLock Test Certificates/OU=Two/OU=One/CN=Ordered CA',
    false,
  );
  chained('4.3.3', 'name-chaining-white-space', cn('White   Space CA'), cn('White Space CA'), true);
  chained('4.3.4', 'name-chaining-outer-space', cn('  Outer Space CA  '), cn('Outer Space CA'), true);
  chained('4.3.5', 'name-chaining-capitals', cn('CAPITAL ca'), cn('Capital CA'), true);
  shop.ca('name-uid', anchorName, { subject: `${organization}/UID=ca-7/CN=UID CA` });
  shop.ee('name-uid-ee', 'name-uid');
  shop.test('4.3.6', 'Valid Name Chaining UIDs', ['name-uid', 'name-uid-ee'], 'VALID');
  shop.ca('name-attributes', anchorName, {
    subject: '/DC=test/DC=onelock/C=CN/ST=贵州省/serialNumber=345/dnQualifier=CA/CN=Attribute CA',
  });
  shop.ee('name-attributes-ee', 'name-attributes');
  shop.test('4.3.7', 'Valid RFC 5280 Mandatory Attribute Types', ['name-attributes', 'name-attributes-ee'], 'VALID');
  shop.ca('name-optional', anchorName, {
    subject: '/C=CN/L=贵阳市/SN=张/GN=三/initials=Z/pseudonym=甲/generationQualifier=III/title=CA/CN=Optional CA',
  });
  shop.ee('name-optional-ee', 'name-optional');
  shop.test('4.3.8', 'Valid RFC 5280 Optional Attribute Types', ['name-optional', 'name-optional-ee'], 'VALID');
  shop.ca('name-utf8', anchorName, { subject: '/C=CN/O=一锁通测试/CN=统一码名称 CA' });
  shop.ee('name-utf8-ee', 'name-utf8');
  shop.test('4.3.9', 'Valid UTF8String Encoded Names', ['name-utf8', 'name-utf8-ee'], 'VALID');
  chained('4.3.11', 'name-utf8-case', cn('ÄÖÜ Straße CA').normalize(), cn('ÄÖÜ Straße CA').normalize(), true);
};

/** 4.4 */
export const revocation: Section = (shop) => {
  shop.section('4.4 Basic Certificate Revocation Tests');
  shop.ca('no-crl-ca', anchorName);
  shop.ee('no-crl-ee', 'no-crl-ca');
  shop.test('4.4.1', 'Missing CRL', ['no-crl-ca', 'no-crl-ee'], 'INVALID', { crls: [anchorName] });
  shop.ca('revoked-ca', anchorName);
  shop.revoke('revoked-ca', { reason: 1 });
  shop.ee('ee-of-revoked-ca', 'revoked-ca');
  shop.test('4.4.2', 'Invalid Revoked CA', ['revoked-ca', 'ee-of-revoked-ca'], 'INVALID');
  shop.ee('revoked-ee', 'good-ca');
  shop.revoke('revoked-ee', { reason: 1 });
  shop.test('4.4.3', 'Invalid Revoked EE', ['good-ca', 'revoked-ee'], 'INVALID');

  const single = (id: string, name: string, valid: boolean, make: (ca: string) => readonly string[]): void => {
    const ca = shop.ca(`${name}-ca`, anchorName);
    shop.ee(`${name}-ee`, ca);
    const crls = make(ca);
    shop.test(id, name, [ca, `${name}-ee`], valid ? 'VALID' : 'INVALID', { crls: [anchorName, ...crls] });
  };
  single('4.4.4', 'bad-crl-signature', false, (ca) => {
    shop.crl('bad-crl-signature', ca);
    shop.spoilCrl('bad-crl-signature');
    return ['bad-crl-signature'];
  });
  single('4.4.5', 'bad-crl-issuer-name', false, (ca) => [shop.crl('bad-crl-issuer-name', 'good-ca', {}, ca)]);
  single('4.4.6', 'wrong-crl', false, () => [shop.crl('wrong-crl', anchorName)]);
  single('4.4.7', 'two-crls', true, (ca) => [
    shop.crl('two-crls-good', ca),
    shop.crl('two-crls-bad', 'good-ca', { revoked: [shop.entry('two-crls-ee')] }),
  ]);
  single('4.4.8', 'unknown-entry-extension', false, (ca) => [
    shop.crl('unknown-entry-extension', ca, { revoked: [shop.entry('good-ee', { unknownCritical: true })] }),
  ]);
  single('4.4.9', 'unknown-crl-extension', false, (ca) => [
    shop.crl('unknown-crl-extension', ca, { unknownCritical: true }),
  ]);
  single('4.4.11', 'old-crl', false, (ca) => [
    shop.crl('old-crl', ca, { thisUpdate: '20250101000000Z', nextUpdate: '20250201000000Z' }),
  ]);
  single('4.4.12', 'crl-next-update-1999', false, (ca) => [
    shop.crl('crl-next-update-1999', ca, { thisUpdate: '19990101000000Z', nextUpdate: '19990201000000Z' }),
  ]);
  single('4.4.13', 'crl-next-update-2050', true, (ca) => [
    shop.crl('crl-next-update-2050', ca, { nextUpdate: '20510101000000Z' }),
  ]);
  single('4.4.16', 'long-serial-number', true, (ca) => [
    shop.crl('long-serial-number', ca, { revoked: [shop.entry('good-ee'), shop.entry('rsa-ee')] }),
  ]);
  single('4.4.18', 'long-serial-number-revoked', false, (ca) => [
    shop.crl('long-serial-number-revoked', ca, { revoked: [shop.entry('long-serial-number-revoked-ee')] }),
  ]);

  const separate = (id: string, name: string, valid: boolean, what: 'nothing' | 'leaf' | 'signer'): void => {
    const subject = `${organization}/CN=${name} CA`;
    const ca = shop.ca(`${name}-ca`, anchorName, { subject, keyUsage: 'critical, keyCertSign' });
    const signer = shop.ca(`${name}-signer`, anchorName, {
      subject,
      basicConstraints: null,
      keyUsage: 'critical, cRLSign',
    });
    shop.ee(`${name}-ee`, ca);
    const crl = shop.crl(name, ca, { revoked: what === 'leaf' ? [shop.entry(`${name}-ee`)] : [] }, signer);
    if (what === 'signer') shop.revoke(signer);
    const options = { others: [signer], crls: [anchorName, crl] };
    shop.test(id, name, [ca, `${name}-ee`], valid ? 'VALID' : 'INVALID', options);
  };
  separate('4.4.19', 'separate-keys', true, 'nothing');
  separate('4.4.20', 'separate-keys-revoked', false, 'leaf');
  separate('4.4.21', 'separate-keys-signer-revoked', false, 'signer');
};

/** 4.5: an old and a new key of one CA, each certified by the other. */
export const selfIssued: Section = (shop) => {
  shop.section('4.5 Verifying Paths with Self-Issued Certificates');
  const subject = `${organization}/CN=Rollover CA`;
  shop.ca('rollover-old', anchorName, { subject });
  shop.ca('rollover-new', anchorName, { subject });
  shop.ca('rollover-new-with-old', 'rollover-old', { subject, key: 'rollover-new' });
  shop.ca('rollover-old-with-new', 'rollover-new', { subject, key: 'rollover-old' });
  shop.ee('rollover-ee-of-new', 'rollover-new');
  shop.ee('rollover-ee-of-old', 'rollover-old');
  shop.ee('rollover-revoked', 'rollover-new');
  shop.ee('rollover-revoked-of-old', 'rollover-old');
  const revoked = [shop.entry('rollover-revoked'), shop.entry('rollover-revoked-of-old')];
  shop.crl('rollover-by-old', 'rollover-old', { revoked });
  shop.crl('rollover-by-new', 'rollover-new', { revoked });
  const crls = [anchorName, 'rollover-by-old', 'rollover-by-new'];
  const rows: readonly (readonly [string, string, readonly string[], boolean])[] = [
    ['4.5.1', 'New With Old', ['rollover-old', 'rollover-new-with-old', 'rollover-ee-of-new'], true],
    ['4.5.2', 'Revoked, New With Old', ['rollover-old', 'rollover-new-with-old', 'rollover-revoked'], false],
    ['4.5.3', 'Old With New', ['rollover-new', 'rollover-old-with-new', 'rollover-ee-of-old'], true],
    ['4.5.5', 'Revoked, Old With New', ['rollover-new', 'rollover-old-with-new', 'rollover-revoked-of-old'], false],
  ];
  for (const [id, name, chain, valid] of rows) shop.test(id, name, chain, valid ? 'VALID' : 'INVALID', { crls });
  const crlSubject = `${organization}/CN=CRL Key Rollover CA`;
  shop.ca('crl-key', anchorName, { subject: crlSubject });
  shop.ca('crl-key-signer', 'crl-key', { subject: crlSubject, basicConstraints: null, keyUsage: 'critical, cRLSign' });
  shop.ee('crl-key-ee', 'crl-key');
  shop.ee('crl-key-revoked', 'crl-key');
  shop.crl('crl-key-by-signer', 'crl-key', { revoked: [shop.entry('crl-key-revoked')] }, 'crl-key-signer');
  const signed = { others: ['crl-key-signer'], crls: [anchorName, 'crl-key-by-signer'] };
  shop.test('4.5.6', 'Valid CRL Signing Key', ['crl-key', 'crl-key-ee'], 'VALID', {
    ...signed,
    crls: [...signed.crls, 'crl-key'],
  });
  shop.test('4.5.7', 'Revoked, CRL Signing Key', ['crl-key', 'crl-key-revoked'], 'INVALID', signed);
  shop.ee('crl-key-issued-by-signer', 'crl-key-signer');
  shop.test(
    '4.5.8',
    'Invalid EE by CRL Signing Key',
    ['crl-key', 'crl-key-signer', 'crl-key-issued-by-signer'],
    'INVALID',
    { crls: [anchorName, 'crl-key', 'crl-key-by-signer'] },
  );
};

/** 4.6 */
export const basicConstraints: Section = (shop) => {
  shop.section('4.6 Verifying Basic Constraints');
  const one = (id: string, name: string, constraints: string | null, valid: boolean): void => {
    shop.ca(name, anchorName, { basicConstraints: constraints });
    shop.ee(`${name}-ee`, name);
    shop.test(id, name, [name, `${name}-ee`], valid ? 'VALID' : 'INVALID');
  };
  one('4.6.1', 'missing-basic-constraints', null, false);
  one('4.6.2', 'ca-false', 'critical, CA:FALSE', false);
  one('4.6.3', 'ca-false-not-critical', 'CA:FALSE', false);
  one('4.6.4', 'basic-constraints-not-critical', 'CA:TRUE', true);
  shop.ca('length0', anchorName, { basicConstraints: 'critical, CA:TRUE, pathlen:0' });
  shop.ca('length0-sub', 'length0');
  shop.ee('length0-sub-ee', 'length0-sub');
  shop.test('4.6.5', 'Invalid pathLenConstraint', ['length0', 'length0-sub', 'length0-sub-ee'], 'INVALID');
  shop.ca('length0-sub-leaf', 'length0-sub');
  shop.test('4.6.6', 'Invalid pathLenConstraint, CA', ['length0', 'length0-sub', 'length0-sub-leaf'], 'INVALID');
  shop.ee('length0-ee', 'length0');
  shop.test('4.6.7', 'Valid pathLenConstraint', ['length0', 'length0-ee'], 'VALID');
  shop.test('4.6.8', 'Valid pathLenConstraint, the last is a CA', ['length0', 'length0-sub'], 'VALID');
  const deep = (depth: number): readonly string[] => {
    const chain = ['length2'];
    for (let level = 1; level <= depth; level++) {
      const name = `length2-${level}`;
      if (depth === level) shop.ca(name, chain.at(-1) ?? '');
      chain.push(name);
    }
    return chain;
  };
  shop.ca('length2', anchorName, { basicConstraints: 'critical, CA:TRUE, pathlen:2' });
  deep(1);
  const allowed = deep(2);
  shop.ee('length2-2-ee', 'length2-2');
  shop.test('4.6.13', 'Valid pathLenConstraint, two below', [...allowed, 'length2-2-ee'], 'VALID');
  const exceeded = deep(3);
  shop.ee('length2-3-ee', 'length2-3');
  shop.test('4.6.9', 'Invalid pathLenConstraint, three below', [...exceeded, 'length2-3-ee'], 'INVALID');
  shop.ca('length0-self', 'length0', { subject: `${organization}/CN=length0` });
  shop.ee('length0-self-ee', 'length0-self');
  shop.test('4.6.15', 'Valid Self-Issued pathLenConstraint', ['length0', 'length0-self', 'length0-self-ee'], 'VALID', {
    crls: [anchorName, 'length0', 'length0-self'],
  });
  shop.ca('length0-self-sub', 'length0-self');
  shop.ee('length0-self-sub-ee', 'length0-self-sub');
  shop.test(
    '4.6.16',
    'Invalid Self-Issued pathLenConstraint',
    ['length0', 'length0-self', 'length0-self-sub', 'length0-self-sub-ee'],
    'INVALID',
  );
};

/** 4.7 */
export const keyUsage: Section = (shop) => {
  shop.section('4.7 Key Usage');
  const one = (id: string, name: string, usage: string, valid: boolean): void => {
    shop.ca(name, anchorName, { keyUsage: usage });
    shop.ee(`${name}-ee`, name);
    shop.test(id, name, [name, `${name}-ee`], valid ? 'VALID' : 'INVALID');
  };
  one('4.7.1', 'key-cert-sign-false-critical', 'critical, cRLSign', false);
  one('4.7.2', 'key-cert-sign-false', 'cRLSign', false);
  one('4.7.3', 'key-usage-not-critical', 'keyCertSign, cRLSign', true);
  one('4.7.4', 'crl-sign-false-critical', 'critical, keyCertSign', false);
  one('4.7.5', 'crl-sign-false', 'keyCertSign', false);
};

/** 4.16 */
export const privateExtensions: Section = (shop) => {
  shop.section('4.16 Private Certificate Extensions');
  shop.ee('unknown-extension', 'good-ca', { extensions: ['1.3.6.1.4.1.55555.1.2 = ASN1:UTF8String:hello'] });
  shop.test('4.16.1', 'Valid Unknown Not Critical Extension', ['good-ca', 'unknown-extension'], 'VALID');
  shop.ee('unknown-critical', 'good-ca', { extensions: ['1.3.6.1.4.1.55555.1.2 = critical, ASN1:UTF8String:hello'] });
  shop.test('4.16.2', 'Invalid Unknown Critical Extension', ['good-ca', 'unknown-critical'], 'INVALID');
};
