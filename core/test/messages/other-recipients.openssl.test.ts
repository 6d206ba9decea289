import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { decodePem, fromHex, toHex, utf8Encode } from '@onelock/core/bytes';
import {
  type EnvelopeToSeal,
  openEnvelope,
  openWithAgreement,
  openWithPassword,
  openWithSharedKey,
  parseEnvelope,
  sealEnvelope,
} from '@onelock/core/cms';
import { parsePrivateKey } from '@onelock/core/crypto';
import { createNodeKeyWrap } from '@onelock/core/crypto/node';
import { type Certificate, parseCertificate } from '@onelock/core/x509';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { opensslCommand } from '../../../tools/src/test-setup/real-parts.ts';
import { requireReal } from '../../../tools/src/test-setup/require-real.ts';
import { ciphers, ops } from '../support/engine.ts';

const content = utf8Encode('投标文件 bid document\n'.repeat(200));
const engine = { ops, ciphers, keyWrap: createNodeKeyWrap() };
const policy = { at: new Date() };
const secret = fromHex('00112233445566778899aabbccddeeff');
const secretName = fromHex('c0ffee');
const password = '通关密语 42';
const kinds: Readonly<Record<string, readonly string[]>> = {
  p256: ['ec', '-pkeyopt', 'ec_paramgen_curve:P-256'],
  p384: ['ec', '-pkeyopt', 'ec_paramgen_curve:P-384'],
  p521: ['ec', '-pkeyopt', 'ec_paramgen_curve:P-521'],
  other: ['ec', '-pkeyopt', 'ec_paramgen_curve:P-256'],
  rsa: ['rsa:2048'],
};
const curves = ['p256', 'p384', 'p521'] as const;

requireReal('OpenSSL', opensslCommand())('envelopes that need no key transport, and OpenSSL', (openssl) => {
  let folder = '';
  const at = (file: string): string => path.join(folder, file);
  const run = (...args: readonly string[]): Uint8Array =>
    new Uint8Array(execFileSync(openssl, args, { stdio: ['ignore', 'pipe', 'pipe'] }));
  const pem = (file: string): Uint8Array => decodePem(readFileSync(at(file), 'utf8'))[0]?.bytes ?? new Uint8Array();
  const certificateOf = (name: string): Certificate => parseCertificate(pem(`${name}.pem`));
  const keyOf = (name: string) => parsePrivateKey(pem(`${name}.key`));

  beforeAll(() => {
    folder = mkdtempSync(path.join(tmpdir(), 'onelock-other-recipients-'));
    writeFileSync(at('content'), content);
    for (const [name, kind] of Object.entries(kinds)) {
      const files = ['-keyout', at(`${name}.key`), '-out', at(`${name}.pem`)];
      run('req', '-x509', '-newkey', ...kind, '-nodes', '-subj', `/CN=${name}`, '-days', '30', ...files);
    }
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  const encrypt = (...options: readonly string[]): Uint8Array =>
    run('cms', '-encrypt', '-binary', '-outform', 'DER', '-in', at('content'), ...options);

  function decrypt(message: Uint8Array, ...options: readonly string[]): Uint8Array {
    writeFileSync(at('message'), message);
    return run('cms', '-decrypt', '-binary', '-inform', 'DER', '-in', at('message'), ...options);
  }

  const agreed = (der: Uint8Array, name: string, key = name): Uint8Array =>
    openWithAgreement({ envelope: parseEnvelope(der), certificate: certificateOf(name), policy }, keyOf(key), engine)
      .content;

  describe('by key agreement', () => {
    it.each(curves.flatMap((name) => ['sha1', 'sha256', 'sha384', 'sha512'].map((digest) => [name, digest] as const)))(
      'open when OpenSSL made them: %s, derivation by %s',
      (name, digest) => {
        const der = encrypt('-aes-256-cbc', '-recip', at(`${name}.pem`), '-keyopt', `ecdh_kdf_md:${digest}`);
        expect(agreed(der, name)).toEqual(content);
      },
    );

    it.each([
      ['cofactor ECDH', ['-recip', 'p256', '-keyopt', 'ecdh_cofactor_mode:1', '-keyopt', 'ecdh_kdf_md:sha256']],
      ['AES-128', ['-aes-128-cbc', '-recip', 'p256']],
      ['GCM', ['-aes-256-gcm', '-recip', 'p384']],
      ['the key identifier', ['-keyid', '-recip', 'p256']],
    ] as readonly (readonly [string, readonly string[]])[])(
      'open when OpenSSL made them with %s',
      (_title, options) => {
        const names = new Set<string>(curves);
        const cipher = options.some((option) => option.startsWith('-aes')) ? [] : ['-aes-256-cbc'];
        const der = encrypt(...cipher, ...options.map((option) => (names.has(option) ? at(`${option}.pem`) : option)));
        expect(agreed(der, options.includes('p384') ? 'p384' : 'p256')).toEqual(content);
      },
    );

    it('open for each of several recipients, those of key transport too', () => {
      const der = encrypt('-aes-256-cbc', at('p256.pem'), at('rsa.pem'), at('p384.pem'));
      for (const name of ['p256', 'p384']) expect(agreed(der, name)).toEqual(content);
      const input = { envelope: parseEnvelope(der), certificate: certificateOf('rsa'), policy };
      const unwrap = (question: Parameters<Parameters<typeof openEnvelope>[1]>[0]): Uint8Array =>
        ciphers.decryptKey(keyOf('rsa'), question.scheme, question.encryptedKey);
      expect(openEnvelope(input, unwrap, ops, ciphers).content).toEqual(content);
      expect(() => agreed(der, 'other')).toFailWith('ERR_ENVELOPE_NOT_RECIPIENT');
    });

    it.each(curves)('made here are opened by OpenSSL and by us: %s', (name) => {
      for (const cipher of ['aes-256-cbc', 'aes-128-gcm'] as const) {
        const input: EnvelopeToSeal = { content, recipients: [certificateOf('rsa'), certificateOf(name)], cipher };
        const der = sealEnvelope(input, ops, ciphers, engine);
        expect(agreed(der, name)).toEqual(content);
        for (const recipient of [name, 'rsa'])
          expect(decrypt(der, '-inkey', at(`${recipient}.key`), '-recip', at(`${recipient}.pem`))).toEqual(content);
      }
    });

    it('do not open with another key, nor when anything was changed', () => {
      const der = sealEnvelope({ content, recipients: [certificateOf('p256')] }, ops, ciphers, engine);
      expect(() => agreed(der, 'p256', 'other')).toFailWith('ERR_ENVELOPE_CONTENT_INVALID');
      expect(() => agreed(der, 'p256', 'p384')).toFailWith('ERR_SIGNATURE_ALGORITHM_MISMATCH');
      const envelope = parseEnvelope(der);
      const [recipient] = envelope.recipients;
      if (recipient?.kind !== 'key-agreement' || recipient.originator.kind !== 'public-key')
        throw new Error('it is by key agreement');
      const { originator, keys } = recipient;
      const changed = (bytes: Uint8Array): Uint8Array => bytes.map((octet, index) => (index === 9 ? octet ^ 1 : octet));
      const variants = [
        { ...recipient, originator: { ...originator, publicKey: changed(originator.publicKey) } },
        { ...recipient, keys: keys.map((key) => ({ ...key, encryptedKey: changed(key.encryptedKey) })) },
        { ...recipient, userKeyingMaterial: Uint8Array.of(1) },
      ];
      for (const variant of variants) {
        const input = { envelope: { ...envelope, recipients: [variant] }, certificate: certificateOf('p256'), policy };
        expect(() => openWithAgreement(input, keyOf('p256'), engine)).toFailWith('ERR_ENVELOPE_CONTENT_INVALID');
      }
    });

    it('need an engine that can agree, and a curve of ours', () => {
      const input = { content, recipients: [certificateOf('p256')] };
      expect(() => sealEnvelope(input, ops, ciphers)).toFailWith('ERR_CRYPTO_ALGORITHM_UNSUPPORTED');
      expect(() => sealEnvelope({ ...input, family: 'gm' }, ops, ciphers, engine)).toFailWith(
        'ERR_CRYPTO_ALGORITHM_UNSUPPORTED',
      );
    });
  });

  describe('by a key that both sides have', () => {
    const options = ['-secretkey', toHex(secret), '-secretkeyid', toHex(secretName)];
    const open = (der: Uint8Array, key = secret, identifier?: Uint8Array): Uint8Array =>
      openWithSharedKey({ envelope: parseEnvelope(der), policy }, { key, identifier }, engine).content;

    it('open when OpenSSL made them, by name or without', () => {
      const der = encrypt('-aes-256-cbc', ...options);
      expect(open(der)).toEqual(content);
      expect(open(der, secret, secretName)).toEqual(content);
      expect(() => open(der, secret, fromHex('01'))).toFailWith('ERR_ENVELOPE_NOT_RECIPIENT');
      expect(() => open(der, new Uint8Array(16))).toFailWith('ERR_ENVELOPE_CONTENT_INVALID');
      expect(() => open(der, new Uint8Array(32))).toFailWith('ERR_CRYPTO_ALGORITHM_UNSUPPORTED');
    });

    it('made here are opened by OpenSSL', () => {
      const sharedKeys = [{ key: secret, identifier: secretName }];
      const der = sealEnvelope({ content, recipients: [certificateOf('rsa')], sharedKeys }, ops, ciphers, engine);
      expect(decrypt(der, ...options)).toEqual(content);
      expect(decrypt(der, '-inkey', at('rsa.key'), '-recip', at('rsa.pem'))).toEqual(content);
      expect(open(der)).toEqual(content);
    });
  });

  describe('by a password', () => {
    const open = (der: Uint8Array, word = password): Uint8Array =>
      openWithPassword({ envelope: parseEnvelope(der), policy }, utf8Encode(word), engine).content;

    it.each(['-aes-128-cbc', '-aes-192-cbc', '-aes-256-cbc', '-des3'])('open when OpenSSL made them: %s', (cipher) => {
      const der = encrypt(cipher, '-pwri_password', password);
      expect(open(der)).toEqual(content);
      expect(() => open(der, 'another')).toFailWith('ERR_ENVELOPE_CONTENT_INVALID');
    });

    it('made here are opened by OpenSSL, each by its own password', () => {
      const passwords = [password, 'second'].map((word) => utf8Encode(word));
      const der = sealEnvelope({ content, recipients: [], passwords }, ops, ciphers, engine);
      expect(decrypt(der, '-pwri_password', password)).toEqual(content);
      for (const word of [password, 'second']) expect(open(der, word)).toEqual(content);
      expect(() => open(sealEnvelope({ content, recipients: [certificateOf('rsa')] }, ops, ciphers))).toFailWith(
        'ERR_ENVELOPE_NOT_RECIPIENT',
      );
    });

    it('that would cost more than four million rounds are refused before the first', () => {
      const der = sealEnvelope(
        { content, recipients: [], passwords: Array.from({ length: 7 }, () => utf8Encode('a')) },
        ...([ops, ciphers, engine] as const),
      );
      expect(() => open(der, 'a')).toFailWith('ERR_ENVELOPE_MALFORMED');
    });
  });
});
