import { readFileSync } from 'node:fs';
import path from 'node:path';
import { derInteger, derNull, derOctetString, derOid, derSequence, oids } from '@onelock/core/asn1';
import { isCodedError } from '@onelock/core/errors';
import {
  decryptPrivateKey,
  openPkcs12,
  type Pkcs12Contents,
  parseCfcaKeyFile,
  parseEcPrivateKey,
  parsePfx,
  parseRsaPrivateKey,
} from '@onelock/core/pkcs12';
import { parseCertificateRequest, verifyCertificateRequest } from '@onelock/core/x509';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { processorTime } from '../../../tools/src/test-setup/processor-time.ts';
import { publishedVector } from '../../../tools/src/test-setup/real-parts.ts';
import { requireReal } from '../../../tools/src/test-setup/require-real.ts';
import { loadCertificate, withByteChanged } from '../support/certificates.ts';
import { engine, ops } from '../support/engine.ts';

const load = (folder: string, name: string): Uint8Array => new Uint8Array(readFileSync(path.join(folder, name)));

/** `keys / certificates / parts passed over`, by name. */
function summary({ keys, certificates, unread, authenticated }: Pkcs12Contents): string {
  const names = (list: readonly { readonly friendlyName: string | null }[]): string =>
    list.map(({ friendlyName }) => friendlyName ?? '-').join(',');
  const kinds = keys.map(({ privateKey }) => privateKey.kind).join(',');
  const passed = unread.map(({ params }) => String(params.algorithm)).join(',');
  return `${authenticated ? 'mac ' : ''}${kinds}[${names(keys)}] certificates[${names(certificates)}] unread[${passed}]`;
}

const rc2 = 'unread[pbeSha1Rc240]';

requireReal('published PKCS#12 files', publishedVector('cms/pyca-pkcs12'))('the published PKCS#12 files', (folder) => {
  it.each([
    ['cert-key-aes256cbc.p12', 'cryptography', 'mac ec[-] certificates[-] unread[]'],
    ['cert-rc2-key-3des.p12', 'cryptography', `mac ec[-] certificates[] ${rc2}`],
    ['name-1-pwd.p12', 'password', 'mac ec[name] certificates[name,-,-] unread[]'],
    ['name-2-3-pwd.p12', 'password', 'mac ec[-] certificates[-,name2,name3] unread[]'],
    ['name-2-pwd.p12', 'password', 'mac ec[-] certificates[-,name2,-] unread[]'],
    ['name-3-pwd.p12', 'password', 'mac ec[-] certificates[-,-,name3] unread[]'],
    ['name-all-pwd.p12', 'password', 'mac ec[name] certificates[name,name2,name3] unread[]'],
    ['name-unicode-pwd.p12', 'password', 'mac ec[☺] certificates[☺,ä,ç] unread[]'],
    ['no-cert-name-2-no-pwd.p12', '', 'mac [] certificates[name2,-] unread[]'],
    ['no-cert-name-3-no-pwd.p12', '', 'mac [] certificates[-,name3] unread[]'],
    ['no-cert-name-all-no-pwd.p12', '', 'mac [] certificates[name2,name3] unread[]'],
    ['no-cert-name-unicode-no-pwd.p12', '', 'mac [] certificates[☹,ï] unread[]'],
    ['no-cert-no-name-no-pwd.p12', '', 'mac [] certificates[-,-] unread[]'],
    ['no-name-no-pwd.p12', '', 'mac ec[-] certificates[-,-,-] unread[]'],
    ['no-password.p12', '', `mac ec[6BC162DA\u0000] certificates[] ${rc2}`],
  ])('%s opens with its password and with no other', (name, password, what) => {
    const bytes = load(folder, name);
    expect(summary(openPkcs12(bytes, password, engine))).toBe(what);
    expect(() => openPkcs12(bytes, `${password}x`, engine)).toFailWith('ERR_KEY_FILE_PASSWORD_WRONG');
  });

  it('cannot be changed anywhere under the MAC', () => {
    const bytes = load(folder, 'cert-key-aes256cbc.p12');
    const { authenticated } = parsePfx(bytes);
    const from = Buffer.from(bytes).indexOf(Buffer.from(authenticated));
    for (let index = from; index < from + authenticated.length; index += 37)
      expect(outcome(() => openPkcs12(withByteChanged(bytes, index), 'cryptography', engine))).toMatch(/^ERR_/);
  });
});

requireReal('published SM2 key files', publishedVector('gm-x509'))('the published SM2 key files', (folder) => {
  it.each([
    ['ofdrw-ofdrw-gm-USER.p12', '777777', `mac sm2[private] certificates[] ${rc2}`],
    ['ofdrw-ofdrw-gm-SealBuilder.p12', '777777', `mac sm2[private] certificates[] ${rc2}`],
    ['ofdrw-ofdrw-gm-ROOT.p12', '123456', `mac sm2[private] certificates[] ${rc2}`],
    ['chingliu-sm2_test.pfx', '123456', 'mac sm2[-] certificates[-] unread[]'],
  ])('%s opens with its password', (name, password, what) => {
    expect(summary(openPkcs12(load(folder, name), password, engine))).toBe(what);
  });

  it('the encrypted PKCS#8 key of SM4 and HMAC-SM3 opens with its password and with no other', () => {
    const der = load(folder, 'example-privateKeyPem-4.enckey.der');
    expect(decryptPrivateKey(der, 'Password1', engine).kind).toBe('sm2');
    expect(() => decryptPrivateKey(der, 'password1', engine)).toFailWith('ERR_KEY_FILE_PASSWORD_WRONG');
  });

  it('CFCA’s key file opens with its password, and holds the key of its certificate', () => {
    const file = parseCfcaKeyFile(load(folder, 'pkcs12_sm2-v2exKeyPem.cfcakey.der'));
    expect(file.open('123456', engine).kind).toBe('sm2');
    expect(() => file.open('1234567', engine)).toFailWith('ERR_KEY_FILE_PASSWORD_WRONG');
  });

  it('CFCA’s other key file is read; its password is not published', () => {
    const file = parseCfcaKeyFile(load(folder, 'pkcs12_sm2-TestParseSM2.cfcakey.der'));
    expect(file.certificate.publicKey.kind).toBe('sm2');
    expect(() => file.open('123456', engine)).toFailWith('ERR_KEY_FILE_PASSWORD_WRONG');
  });

  it('a CFCA key file with another certificate is refused', () => {
    const [one, two] = ['v2exKeyPem', 'TestParseSM2'].map((name) => load(folder, `pkcs12_sm2-${name}.cfcakey.der`));
    if (one === undefined || two === undefined) throw new Error('there are two files');
    const keyPart = one.subarray(4, 4 + 3 + 73);
    const body = Buffer.concat([keyPart, two.subarray(4 + 3 + 73)]);
    const mixed = derSequence(body);
    expect(() => parseCfcaKeyFile(mixed).open('123456', engine)).toFailWith('ERR_KEY_FILE_PASSWORD_WRONG');
  });

  it('bare keys are wrapped: PKCS#1 and ECPrivateKey', () => {
    expect(parseRsaPrivateKey(load(folder, 'websvr-rsa_auth_key.key.der')).kind).toBe('rsa');
    const key = parseEcPrivateKey(load(folder, 'ofdrw-ofdrw-gm-sign_key.eckey.der'));
    const certificate = loadCertificate(path.join(folder, 'ofdrw-ofdrw-gm-sign_cert.cer'));
    const algorithm = { kind: 'sm2-sm3', userId: new Uint8Array(0) } as const;
    const message = new Uint8Array([1]);
    expect(ops.verify(certificate.publicKey, algorithm, message, ops.sign(key, algorithm, message))).toBe(true);
  });

  it('the published request is signed by its own key, and no other octets are', () => {
    const der = load(folder, 'x509_additional-csrFromAli.csr');
    const request = parseCertificateRequest(der);
    expect(verifyCertificateRequest(request, ops)).toBe(true);
    expect(request.requestedExtensions.map(({ oid }) => oid)).toEqual([oids.subjectKeyIdentifier, oids.subjectAltName]);
    const changed = parseCertificateRequest(withByteChanged(der, 40));
    expect(verifyCertificateRequest(changed, ops)).toBe(false);
  });
});

describe('a key file that asks for too much', () => {
  const salt = derOctetString(new Uint8Array(8));
  const cipher = derSequence(derOid(oids.aes256Cbc), derOctetString(new Uint8Array(16)));
  const pbes2 = (iterations: number): Uint8Array => {
    const derivation = derSequence(derOid(oids.pbkdf2), derSequence(salt, derInteger(iterations)));
    return derSequence(derOid(oids.pbes2), derSequence(derivation, cipher));
  };
  const tripleDes = (iterations: number): Uint8Array =>
    derSequence(derOid(oids.pbeSha1TripleDes), derSequence(salt, derInteger(iterations)));
  const keyUnder = (algorithm: Uint8Array): Uint8Array => derSequence(algorithm, derOctetString(new Uint8Array(32)));

  it.each([
    ['PBKDF2', pbes2],
    ['PKCS#12', tripleDes],
  ])('of iterations of %s is refused at once', (_title, algorithm) => {
    const spent = processorTime();
    for (const iterations of [2_000_000_000, 2_147_483_647])
      expect(() => decryptPrivateKey(keyUnder(algorithm(iterations)), 'x', engine)).toFailWith(
        'ERR_KEY_FILE_LIMIT_EXCEEDED',
      );
    expect(spent()).toBeLessThan(100);
  });

  it('stays within two seconds with the most that is allowed', () => {
    const spent = processorTime();
    expect(() => decryptPrivateKey(keyUnder(pbes2(500_000)), 'x', engine)).toFailWith('ERR_KEY_FILE_PASSWORD_WRONG');
    expect(spent()).toBeLessThan(2000);
  });

  it.each([
    ['no iterations', keyUnder(pbes2(0)), 'ERR_KEY_FILE_MALFORMED'],
    [
      'RC2',
      keyUnder(derSequence(derOid(oids.pbeSha1Rc240), derSequence(salt, derInteger(1)))),
      'ERR_CRYPTO_ALGORITHM_UNSUPPORTED',
    ],
    ['no parameters', keyUnder(derSequence(derOid(oids.pbes2), derNull())), 'ERR_DER_TAG_UNEXPECTED'],
  ] as const)('is refused by its code: %s', (_title, der, code) => {
    expect(() => decryptPrivateKey(der, 'x', engine)).toFailWith(code);
  });
});

describe('hostile bytes', () => {
  it('are a coded refusal to every reader of key files and requests', () => {
    const readers: readonly ((bytes: Uint8Array) => unknown)[] = [
      parsePfx,
      parseCfcaKeyFile,
      parseRsaPrivateKey,
      parseEcPrivateKey,
      parseCertificateRequest,
      (bytes) => decryptPrivateKey(bytes, 'x', engine),
    ];
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), fc.nat(readers.length - 1), (bytes, which) =>
        outcome(() => readers[which]?.(bytes)).startsWith('ERR_'),
      ),
      { numRuns: 600 },
    );
  });
});

requireReal('published key files to mutate', publishedVector('gm-x509'))(
  'published key files with bytes changed',
  (folder) => {
    const cases: readonly (readonly [string, (bytes: Uint8Array) => unknown])[] = [
      ['chingliu-sm2_test.pfx', (bytes) => openPkcs12(bytes, '123456', engine)],
      ['pkcs12_sm2-v2exKeyPem.cfcakey.der', (bytes) => parseCfcaKeyFile(bytes).open('123456', engine)],
      ['example-privateKeyPem-4.enckey.der', (bytes) => decryptPrivateKey(bytes, 'Password1', engine)],
      ['x509_additional-csrFromAli.csr', (bytes) => verifyCertificateRequest(parseCertificateRequest(bytes), ops)],
    ];

    it.each(cases)('%s: what is read is whole, and all else is a coded refusal within a second', (name, use) => {
      const bytes = load(folder, name);
      let slowest = 0;
      for (let index = 0; index < bytes.length; index += 13) {
        const spent = processorTime();
        expect(outcome(() => use(withByteChanged(bytes, index, 0x41)))).toMatch(/^ERR_|^read$/);
        expect(outcome(() => use(bytes.subarray(0, index)))).toMatch(/^ERR_/);
        slowest = Math.max(slowest, spent());
      }
      expect(slowest).toBeLessThan(2000);
    });
  },
);

function outcome(attempt: () => unknown): string {
  try {
    attempt();
    return 'read';
  } catch (error) {
    if (isCodedError(error)) return error.code;
    throw error;
  }
}
