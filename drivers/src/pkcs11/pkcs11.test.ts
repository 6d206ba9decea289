import { createRequire } from 'node:module';
import { errorRegistry } from '@onelock/core/errors';
import { parseCertificate } from '@onelock/core/x509';
import { describe, expect, it } from 'vitest';
import { requireReal } from '../../../tools/src/test-setup/require-real.ts';
import { bindingFile } from '../../test/pkcs11-parts.ts';
import { rsaIdentity, sm2Identity, testCertificate } from '../../test/test-keys.ts';
import { codedFailure, codedReturnValue, meaningfulReturnValues } from './errors.ts';
import { groupIdentities } from './identities.ts';
import { encryptionIdOf, isEncryptionIdOf, numberOfEncryptionId } from './key-ids.ts';
import { loadPkcs11Module } from './load-module.ts';
import { describePin } from './pin-status.ts';
import { returnValueName, returnValueNames } from './return-values.ts';

describe('the names of return values', () => {
  it('show a number that nobody named', () => {
    expect(returnValueName(0x8000_0012)).toBe('CKR_VENDOR_DEFINED_0x80000012');
    expect(returnValueName(0x7777)).toBe('CKR_0x7777');
  });
});

requireReal('a compiled pkcs11js', bindingFile())('the names of return values and the binding', (file) => {
  it('agree for every CKR_* that the binding knows', () => {
    const binding = createRequire(import.meta.url)(file) as Record<string, unknown>;
    const known = Object.entries(binding).filter(([name]) => /^CKR_/.test(name) && name !== 'CKR_VENDOR_DEFINED');
    expect(known.length).toBeGreaterThan(80);
    expect(known.filter(([name, value]) => returnValueNames.get(Number(value)) !== name)).toEqual([]);
  });
});

describe('what a library says', () => {
  const said = (name: string, value: number) => Object.assign(new Error(name), { code: value });

  it.each([
    ['CKR_PIN_INCORRECT', 0xa0, 'ERR_TOKEN_PIN_INCORRECT'],
    ['CKR_PIN_LOCKED', 0xa4, 'ERR_TOKEN_PIN_LOCKED'],
    ['CKR_PIN_LEN_RANGE', 0xa2, 'ERR_TOKEN_PIN_LENGTH'],
    ['CKR_DEVICE_REMOVED', 0x32, 'ERR_TOKEN_REMOVED'],
    ['CKR_TOKEN_NOT_PRESENT', 0xe0, 'ERR_TOKEN_REMOVED'],
    ['CKR_SESSION_HANDLE_INVALID', 0xb3, 'ERR_TOKEN_SESSION_CLOSED'],
    ['CKR_USER_NOT_LOGGED_IN', 0x101, 'ERR_TOKEN_SESSION_CLOSED'],
    ['CKR_MECHANISM_INVALID', 0x70, 'ERR_TOKEN_ALGORITHM_UNSUPPORTED'],
    ['CKR_KEY_FUNCTION_NOT_PERMITTED', 0x68, 'ERR_TOKEN_KEY_USAGE'],
    ['CKR_FUNCTION_REJECTED', 0x200, 'ERR_USER_CANCELLED'],
    ['CKR_DEVICE_ERROR', 0x30, 'ERR_TOKEN_NATIVE_FAILURE'],
  ] as const)('%s becomes ours and rides along', (name, value, code) => {
    const failure = codedFailure('C_Any', said(name, value));
    expect(failure).toFailWith(code);
    expect(failure.native).toEqual({ api: 'C_Any', name, value });
  });

  it('is one of our codes with the parameters it needs, whatever the standard’s name', () => {
    expect(returnValueNames.size).toBeGreaterThan(95);
    for (const [value, name] of returnValueNames) {
      const error = codedReturnValue('C_Any', value);
      expect(Object.keys(error.params).sort(), name).toEqual([...errorRegistry[error.code].params].sort());
      expect(error.native).toEqual({ api: 'C_Any', name, value });
    }
    const names = new Set(returnValueNames.values());
    expect(meaningfulReturnValues.filter((name) => !names.has(name))).toEqual([]);
  });

  it('is understood in both ways that the binding writes it', () => {
    expect(codedFailure('C_FindObjects', new Error('CKR_PIN_LOCKED:164')).native?.value).toBe(164);
    expect(codedFailure('C_Any', new TypeError('bad argument'))).toFailWith('ERR_TOKEN_NATIVE_FAILURE');
  });
});

describe('the state of a PIN', () => {
  const of = (flags: number) => describePin({ flags, minPinLen: 4, maxPinLen: 16 });

  it('is read from the flags: low, last try, locked, to be changed', () => {
    expect(of(0)).toMatchObject({ retriesLeft: null, low: false, locked: false, isDefault: null });
    expect(of(0x10000)).toMatchObject({ retriesLeft: null, low: true, locked: false });
    expect(of(0x30000)).toMatchObject({ retriesLeft: 1, low: true, locked: false });
    expect(of(0x70000)).toMatchObject({ retriesLeft: 0, low: false, locked: true });
    expect(of(0x80000)).toMatchObject({ isDefault: true, minLength: 4, maxLength: 16 });
  });
});

describe('certificates on a token', () => {
  const object = (id: number, label: string, der: Uint8Array) => ({ id: Uint8Array.of(id), label, der });
  const signing = sm2Identity.signing.certificate;
  const encryption = sm2Identity.encryption?.certificate ?? new Uint8Array();

  it('become one identity when they are a dual pair, and leave out the CA', () => {
    const identities = groupIdentities([
      object(1, 'sign', signing),
      object(2, 'encrypt', encryption),
      object(3, 'ca', testCertificate('sm2/intermediate')),
    ]);
    expect(identities).toEqual([
      { id: '01', label: 'sign', signingCertificate: signing, encryptionCertificate: encryption },
    ]);
  });

  it('stay apart when the holders differ, and an encryption certificate can stand alone', () => {
    const rsa = rsaIdentity.signing.certificate;
    const apart = groupIdentities([object(1, 'rsa', rsa), object(2, 'encrypt', encryption)]);
    expect(apart.map(({ id, signingCertificate }) => [id, signingCertificate !== null])).toEqual([
      ['01', true],
      ['02', false],
    ]);
  });

  it('give one identity per CKA_ID, by the certificate valid longest, and none for what is no certificate', () => {
    const identities = groupIdentities([
      object(1, 'old', testCertificate('rsa/expired')),
      object(1, 'new', rsaIdentity.signing.certificate),
      object(4, 'broken', Uint8Array.of(0x30, 0x03, 0x01)),
    ]);
    expect(identities.map(({ id, label }) => [id, label])).toEqual([['01', 'new']]);
  });
});

describe('keys of a token that wait for certificates', () => {
  const { spki } = parseCertificate(sm2Identity.signing.certificate).publicKey;
  const encryption = sm2Identity.encryption?.certificate ?? new Uint8Array();
  const key = (id: Uint8Array, signs: boolean) => ({ id, label: 'key', spki, signs, encrypts: !signs });
  const id = Uint8Array.of(7, 7);

  it('are told by their CKA_ID from those of other keys', () => {
    expect(isEncryptionIdOf(encryptionIdOf(id, 258), id)).toBe(true);
    expect(numberOfEncryptionId(encryptionIdOf(id, 258))).toBe(258);
    expect(isEncryptionIdOf(encryptionIdOf(Uint8Array.of(7), 1), id)).toBe(false);
    expect(isEncryptionIdOf(id, id)).toBe(false);
  });

  it('are an identity without certificates, with the encryption key that belongs to it', () => {
    const bare = { id: '0707', label: 'key', signingCertificate: null, encryptionCertificate: null };
    expect(groupIdentities([], [key(id, true)])).toEqual([{ ...bare, uncertifiedSigningKey: spki }]);
    expect(groupIdentities([], [key(encryptionIdOf(id, 1), false), key(id, true)])).toEqual([
      { ...bare, uncertifiedSigningKey: spki, uncertifiedEncryptionKey: spki },
    ]);
  });

  it('have an encryption certificate already, and earlier ones behind it', () => {
    const certificates = [1, 2].map((number) => ({ id: encryptionIdOf(id, number), label: 'e', der: encryption }));
    expect(groupIdentities(certificates, [key(id, true)])).toMatchObject([
      { id: '0707', signingCertificate: null, encryptionCertificate: encryption, earlierEncryption: [encryption] },
    ]);
  });
});

describe('the binding', () => {
  it('that was not compiled is a driver that is not installed, and says so', () => {
    expect(() => loadPkcs11Module('softhsm2', 'file:///nowhere/at-all.js')).toFailWith('ERR_DRIVER_NOT_INSTALLED');
  });
});
