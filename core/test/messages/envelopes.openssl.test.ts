import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { decodePem } from '@onelock/core/bytes';
import { openEncryptedData, openEnvelope, parseEncryptedData, parseEnvelope, sealEnvelope } from '@onelock/core/cms';
import { parsePrivateKey } from '@onelock/core/crypto';
import { parseCertificate } from '@onelock/core/x509';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { opensslCommand } from '../../../tools/src/test-setup/real-parts.ts';
import { requireReal } from '../../../tools/src/test-setup/require-real.ts';
import { ciphers, ops } from '../support/engine.ts';

const content = new TextEncoder().encode('投标文件 bid document\n'.repeat(200));
const policy = { at: new Date() };

requireReal('OpenSSL', opensslCommand())('envelopes and OpenSSL', (openssl) => {
  let folder = '';
  const at = (file: string): string => path.join(folder, file);
  const run = (...args: readonly string[]): Uint8Array =>
    new Uint8Array(execFileSync(openssl, args, { stdio: ['ignore', 'pipe', 'pipe'] }));

  beforeAll(() => {
    folder = mkdtempSync(path.join(tmpdir(), 'onelock-envelopes-'));
    writeFileSync(at('content'), content);
    for (const name of ['one', 'two']) {
      const files = ['-keyout', at(`${name}.key`), '-out', at(`${name}.pem`)];
      run('req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-subj', `/CN=${name}`, '-days', '30', ...files);
    }
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  const pem = (file: string): Uint8Array => decodePem(readFileSync(at(file), 'utf8'))[0]?.bytes ?? new Uint8Array();
  const certificateOf = (name: string): ReturnType<typeof parseCertificate> => parseCertificate(pem(`${name}.pem`));

  function open(der: Uint8Array, name: string): Uint8Array {
    const key = parsePrivateKey(pem(`${name}.key`));
    const input = { envelope: parseEnvelope(der), certificate: certificateOf(name), policy };
    const unwrap = (question: Parameters<Parameters<typeof openEnvelope>[1]>[0]): Uint8Array =>
      ciphers.decryptKey(key, question.scheme, question.encryptedKey);
    return openEnvelope(input, unwrap, ops, ciphers).content;
  }

  const encrypt = (...options: readonly string[]): Uint8Array =>
    run('cms', '-encrypt', '-binary', '-outform', 'DER', '-in', at('content'), ...options);

  describe('an envelope by OpenSSL', () => {
    it.each<[string, readonly string[]]>([
      ['AES-128-CBC', ['-aes-128-cbc']],
      ['AES-192-CBC', ['-aes-192-cbc']],
      ['AES-256-CBC', ['-aes-256-cbc']],
      ['triple DES', ['-des3']],
      ['SM4-CBC', ['-sm4-cbc']],
      ['AES-128-GCM', ['-aes-128-gcm']],
      ['AES-256-GCM', ['-aes-256-gcm']],
      ['open lengths', ['-aes-256-cbc', '-stream']],
    ])('opens for each of two recipients: %s', (_title, options) => {
      const der = encrypt(...options, at('one.pem'), at('two.pem'));
      expect(open(der, 'one')).toEqual(content);
      expect(open(der, 'two')).toEqual(content);
    });

    it.each<[string, readonly string[]]>([
      ['SHA-256', ['-keyopt', 'rsa_oaep_md:sha256']],
      ['SHA-1, where nothing is said', []],
      ['SHA-256 with a mask by SHA-1', ['-keyopt', 'rsa_oaep_md:sha256', '-keyopt', 'rsa_mgf1_md:sha1']],
      ['SHA-1 with a mask by SHA-512', ['-keyopt', 'rsa_mgf1_md:sha512']],
      ['a label', ['-keyopt', 'rsa_oaep_md:sha256', '-keyopt', 'rsa_oaep_label:0102']],
      [
        'two digests and a label',
        ['-keyopt', 'rsa_oaep_md:sha256', '-keyopt', 'rsa_mgf1_md:sha1', '-keyopt', 'rsa_oaep_label:0102'],
      ],
    ])('opens where the key is encrypted with OAEP and %s', (_title, options) => {
      const recipient = ['-recip', at('one.pem'), '-keyopt', 'rsa_padding_mode:oaep', ...options];
      expect(open(encrypt('-aes-256-cbc', ...recipient), 'one')).toEqual(content);
    });

    it('opens where the recipient is named by key identifier', () => {
      expect(open(encrypt('-aes-256-cbc', '-keyid', at('one.pem')), 'one')).toEqual(content);
    });

    it('is refused where it is encrypted with what we do not do', () => {
      expect(() => open(encrypt('-camellia256', at('one.pem')), 'one')).toFailWith('ERR_CRYPTO_ALGORITHM_UNSUPPORTED');
    });

    it('opens as EncryptedData with the key that was given', () => {
      const key = '000102030405060708090a0b0c0d0e0f';
      const args = ['-EncryptedData_encrypt', '-aes-128-cbc', '-secretkey', key, '-in', at('content'), '-binary'];
      const der = run('cms', ...args, '-outform', 'DER');
      const { content: opened } = openEncryptedData(
        parseEncryptedData(der),
        Uint8Array.from({ length: 16 }, (_, index) => index),
        policy,
        ciphers,
      );
      expect(opened).toEqual(content);
    });
  });

  describe('an envelope of ours', () => {
    it.each([
      ['OAEP and AES-256-CBC', {}],
      ['PKCS#1 v1.5 and AES-128-CBC', { rsa: 'pkcs1v15', cipher: 'aes-128-cbc' }],
      ['OAEP and SM4-CBC', { cipher: 'sm4-cbc' }],
      ['OAEP and AES-256-GCM', { cipher: 'aes-256-gcm' }],
      ['PKCS#1 v1.5 and AES-128-GCM', { rsa: 'pkcs1v15', cipher: 'aes-128-gcm' }],
    ] as const)('is opened by openssl cms for each of two recipients: %s', (_title, change) => {
      const recipients = [certificateOf('one'), certificateOf('two')];
      writeFileSync(at('ours.der'), sealEnvelope({ content, recipients, ...change }, ops, ciphers));
      for (const name of ['one', 'two']) {
        const holder = ['-recip', at(`${name}.pem`), '-inkey', at(`${name}.key`)];
        expect(run('cms', '-decrypt', '-binary', '-inform', 'DER', '-in', at('ours.der'), ...holder)).toEqual(content);
      }
    });

    it('is opened by the older PKCS#7 reader as well', () => {
      const recipients = [certificateOf('one')];
      writeFileSync(at('ours.der'), sealEnvelope({ content, recipients, rsa: 'pkcs1v15' }, ops, ciphers));
      const holder = ['-recip', at('one.pem'), '-inkey', at('one.key')];
      expect(run('smime', '-decrypt', '-binary', '-inform', 'DER', '-in', at('ours.der'), ...holder)).toEqual(content);
    });
  });
});
